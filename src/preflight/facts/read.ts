/** One snapshot of what a cluster's API tells about its network plugins. */
import type { Cluster } from '../../cluster/cluster.ts';
import { podsOf } from '../detect/agents.ts';
import { type AgentPodFact, type Facts, NO_FACTS } from '../detect/facts.ts';
import { recognise } from '../detect/found.ts';
import { DETECTORS } from '../detect/registry.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { type KnownDaemonSet, readDaemonSets } from './daemon-sets.ts';
import { agentPodFact, isKnownAgent, meshesOfNamespace, nodeFact } from './excerpts.ts';
import {
  readCalico,
  readClusterRoles,
  readConfigMaps,
  readControllers,
  readOpenshiftNetwork,
} from './settings.ts';

/** Rejects only when the signal aborts: what can't be read is listed in the facts as unread. */
export async function readFacts(cluster: Cluster, signal: AbortSignal): Promise<Facts> {
  const attempts = createAttempts(signal);
  const [nodes = [], apis = [], namespaces = []] = await Promise.all([
    attempts.read('Nodes', () => cluster.list('Node')),
    attempts.read('API groups', () => cluster.apiVersions()),
    attempts.read('Namespaces', () => cluster.list('Namespace')),
  ]);
  const nodeFacts = nodes.map(nodeFact);
  const daemonSets = await readDaemonSets(cluster, attempts, nodeFacts);
  const facts: Facts = {
    ...NO_FACTS,
    apis,
    nodes: nodeFacts,
    meshed: namespaces.flatMap(({ metadata }) => meshesOfNamespace(metadata ?? {})),
    workloads: daemonSets.known.map(({ fact }) => fact),
    allDaemonSets: daemonSets.all,
  };
  return withSettings(cluster, attempts, facts, await readAgentPods(cluster, attempts, daemonSets.known));
}

async function withSettings(
  cluster: Cluster,
  attempts: Attempts,
  facts: Facts,
  agentPods: readonly AgentPodFact[],
): Promise<Facts> {
  const recognised = recognise(DETECTORS, facts);
  const [configMaps, controllers, clusterRoles, openshiftNetwork, calico] = await Promise.all([
    readConfigMaps(cluster, attempts, recognised),
    readControllers(cluster, attempts, recognised),
    readClusterRoles(cluster, attempts, recognised),
    readOpenshiftNetwork(cluster, attempts, facts.apis),
    readCalico(cluster, attempts, facts.apis),
  ]);
  return {
    ...facts,
    workloads: [...facts.workloads, ...controllers],
    configMaps,
    clusterRoles,
    agentPods,
    ...(openshiftNetwork === undefined ? {} : { openshiftNetwork }),
    calico,
    unread: attempts.unread,
  };
}

async function readAgentPods(
  cluster: Cluster,
  attempts: Attempts,
  known: readonly KnownDaemonSet[],
): Promise<readonly AgentPodFact[]> {
  const read = await Promise.all(
    known
      .filter(({ fact }) => isKnownAgent(fact))
      .map(async ({ fact, labels }) => {
        const pods = await attempts.read(podsOf(fact), () =>
          cluster.list('Pod', { namespace: fact.namespace, labelSelector: selectorOf(labels) }),
        );
        const own = (pods ?? []).filter(({ metadata }) =>
          metadata?.ownerReferences?.some(({ kind, name }) => kind === 'DaemonSet' && name === fact.name),
        );
        return own.map((pod) => agentPodFact(fact, pod));
      }),
  );
  return read.flat();
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
