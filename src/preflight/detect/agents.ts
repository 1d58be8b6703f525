/** Whether an engine's agent is there and ready, node by node: where it is not, nothing new is enforced. */
import type { Agents } from '../../model/detection.ts';
import type { AgentPodFact, Facts, NodeFact, WorkloadFact } from './facts.ts';
import { runsAgents } from './pools.ts';

/** As `Facts.unread` names it where an agent's pods could not be listed. */
export function podsOf({ namespace, name }: Pick<WorkloadFact, 'namespace' | 'name'>): string {
  return `Pods of DaemonSet ${namespace}/${name}`;
}

/** Undefined where it can't be told: no agent pods by design, or nodes or pods that could not be read. */
export function agentsOnNodes(agents: readonly WorkloadFact[], facts: Facts): Agents | undefined {
  const unread = agents.some((agent) => facts.unread.some(({ what }) => what === podsOf(agent)));
  if (agents.length === 0 || facts.nodes.length === 0 || unread) return undefined;
  const pods = facts.agentPods.filter((pod) =>
    agents.some(({ namespace, name }) => pod.namespace === namespace && pod.workload === name),
  );
  const ready = nodesOf(pods.filter((pod) => pod.ready));
  const any = nodesOf(pods);
  const expected = facts.nodes.filter(runsAgents).map(({ name }: NodeFact) => name);
  return {
    ready: expected.filter((node) => ready.has(node)),
    notReady: expected.filter((node) => any.has(node) && !ready.has(node)),
    missing: expected.filter((node) => !any.has(node)),
  };
}

function nodesOf(pods: readonly AgentPodFact[]): ReadonlySet<string> {
  return new Set(pods.map(({ node }) => node));
}
