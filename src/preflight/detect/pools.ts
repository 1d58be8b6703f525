/** Nodes that are of another kind than the rest: what is proven on one kind says nothing about another. */
import type { NodePool } from '../../model/detection.ts';
import type { NodeFact } from './facts.ts';

interface PoolKind {
  readonly what: string;
  readonly means: string;
  readonly is: (node: NodeFact) => boolean;
  /** No agent pod can be expected there. */
  readonly withoutAgents: boolean;
}

const compute = (type: string) => (node: NodeFact) => node.labels['eks.amazonaws.com/compute-type'] === type;

const KINDS: readonly PoolKind[] = [
  {
    what: 'Windows nodes',
    means: 'engines enforce less there, if anything; netproof launches no pods on them',
    is: ({ os }) => os === 'windows',
    withoutAgents: true,
  },
  {
    what: 'Fargate nodes',
    means: 'no agent runs there: NetworkPolicies are not enforced',
    is: compute('fargate'),
    withoutAgents: true,
  },
  {
    what: 'virtual nodes',
    means: 'their pods run elsewhere, out of reach of any agent in this cluster',
    is: ({ labels, kubelet }) =>
      labels['type'] === 'virtual-kubelet' || /(^|-)vk-|virtual-kubelet/.test(kubelet),
    withoutAgents: true,
  },
  {
    what: 'EKS hybrid nodes',
    means: 'the AWS VPC CNI does not run there; another engine must enforce',
    is: compute('hybrid'),
    withoutAgents: false,
  },
  {
    what: 'EKS Auto Mode nodes',
    means: "their agent is the node's own, out of sight of the API",
    is: compute('auto'),
    withoutAgents: true,
  },
  {
    what: 'nodes with exclusive network interfaces (Terway)',
    means: 'pods there have an interface of their own: NetworkPolicies are not enforced',
    is: ({ labels }) => labels['k8s.aliyun.com/exclusive-mode-eni-type'] === 'eniOnly',
    withoutAgents: false,
  },
  {
    what: 'nodes with gVisor sandboxes',
    means: "pods there have a network stack of their own in front of the node's",
    is: ({ labels }) => labels['sandbox.gke.io/runtime'] === 'gvisor',
    withoutAgents: false,
  },
];

/** Empty for nodes that are all of the common kind. */
export function poolsOf(nodes: readonly NodeFact[]): NodePool[] {
  return KINDS.flatMap(({ what, means, is }) => {
    const found = nodes.filter(is).map(({ name }) => name);
    return found.length === 0 ? [] : [{ what, means, nodes: found }];
  });
}

export function runsAgents(node: NodeFact): boolean {
  return !KINDS.some(({ is, withoutAgents }) => withoutAgents && is(node));
}
