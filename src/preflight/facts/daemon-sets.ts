/**
 * The DaemonSets of a cluster, by the best means that our rights allow: all of them; those of the namespaces where
 * network plugins live; or, from pods on a few nodes, the DaemonSets that made them.
 */
import type { Cluster } from '../../cluster/cluster.ts';
import type { V1DaemonSet, V1Pod } from '../../cluster/types.ts';
import { NetproofError } from '../../model/errors.ts';
import type { NodeFact, WorkloadFact } from '../detect/facts.ts';
import type { Attempts } from './attempts.ts';
import { workloadFact } from './excerpts.ts';

export interface KnownDaemonSet {
  readonly fact: WorkloadFact;
  /** Selects its pods. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface DaemonSets {
  readonly known: readonly KnownDaemonSet[];
  /** Those of every namespace. */
  readonly all: boolean;
}

const AGENT_NAMESPACES = [
  'kube-system',
  'kube-flannel',
  'calico-system',
  'cilium',
  'kube-router',
  'ovn-kubernetes',
  'openshift-ovn-kubernetes',
  'openshift-sdn',
  'istio-system',
] as const;

export async function readDaemonSets(
  cluster: Cluster,
  attempts: Attempts,
  nodes: readonly NodeFact[],
): Promise<DaemonSets> {
  const all = await attempts.read('DaemonSets of all namespaces', () => cluster.list('DaemonSet'));
  if (all !== undefined) return { known: all.map(fromObject), all: true };
  const parts = await Promise.all(
    AGENT_NAMESPACES.map((namespace) => readNamespace(cluster, attempts, namespace, nodes)),
  );
  return { known: parts.flat(), all: false };
}

async function readNamespace(
  cluster: Cluster,
  attempts: Attempts,
  namespace: string,
  nodes: readonly NodeFact[],
): Promise<readonly KnownDaemonSet[]> {
  const known = await attempts.read(`DaemonSets of ${namespace}`, async () => {
    try {
      return (await cluster.list('DaemonSet', { namespace })).map(fromObject);
    } catch (error) {
      if (!(error instanceof NetproofError)) throw error;
      return distinct((await podsOnSomeNodes(cluster, namespace, nodes)).flatMap(fromPod));
    }
  });
  return known ?? [];
}

function fromObject({ metadata, spec }: V1DaemonSet): KnownDaemonSet {
  const named = { namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' };
  return {
    fact: workloadFact('DaemonSet', named, spec?.template.spec),
    labels: spec?.selector.matchLabels ?? {},
  };
}

const MOST_NODES = 4;

/** Agents run on every node of a kind: one of each kind shows them, where all would be very many. */
async function podsOnSomeNodes(
  cluster: Cluster,
  namespace: string,
  nodes: readonly NodeFact[],
): Promise<readonly V1Pod[]> {
  const kinds = new Map(nodes.map((node) => [`${node.os} ${node.kubelet} ${node.osImage}`, node.name]));
  const chosen = [...kinds.values()].slice(0, MOST_NODES);
  const lists = await Promise.all(
    chosen.map((name) => cluster.list('Pod', { namespace, fieldSelector: `spec.nodeName=${name}` })),
  );
  return lists.flat();
}

/** Written by the DaemonSet controller, different with every revision. */
const REVISION_LABELS = ['controller-revision-hash', 'pod-template-generation'];

function fromPod({ metadata, spec }: V1Pod): KnownDaemonSet[] {
  const owner = metadata?.ownerReferences?.find(({ kind, controller }) => kind === 'DaemonSet' && controller);
  if (owner === undefined) return [];
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => !REVISION_LABELS.includes(key));
  const named = { namespace: metadata?.namespace ?? '', name: owner.name };
  return [{ fact: workloadFact('DaemonSet', named, spec), labels: Object.fromEntries(labels) }];
}

function distinct(all: readonly KnownDaemonSet[]): KnownDaemonSet[] {
  return [...new Map(all.map((one) => [`${one.fact.namespace}/${one.fact.name}`, one])).values()];
}
