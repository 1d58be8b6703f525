/** The behaviours that have a name: `name`, `name=argument`, and several of them joined by `+`. */
import type { AgentFaults, CniBehaviour, Misreading, RuleDefect, WorldFaults } from './behaviour.ts';

export type Change = (behaviour: CniBehaviour) => CniBehaviour;

export interface Preset {
  readonly name: string;
  /** The name with its argument, as help shows it: `slow[=ms]`. */
  readonly form: string;
  /** What it does, in one line. */
  readonly does: string;
  /** Reads what follows `=`; undefined if that makes no sense. */
  readonly read: (argument: string | undefined) => Change | undefined;
}

const MAX_MS = 600_000;

export const PRESETS: readonly Preset[] = [
  plain('healthy', 'enforces every policy as Kubernetes defines it', (before) => before),
  plain('none', 'ignores all policies', (before) => ({
    ...before,
    enforced: { ingress: false, egress: false },
  })),
  plain('ingress-only', 'ignores egress', (before) => ({
    ...before,
    enforced: { ...before.enforced, egress: false },
  })),
  plain('egress-only', 'ignores ingress', (before) => ({
    ...before,
    enforced: { ...before.enforced, ingress: false },
  })),
  plain('reject', 'answers what it denies, with TCP RST or ICMP', (before) => ({
    ...before,
    denial: 'reject',
  })),
  plain('reject-icmp', 'answers what it denies with ICMP, as kube-router does: not every time', (before) => ({
    ...before,
    denial: 'reject-icmp',
  })),
  counted('slow', 'ms', [3000, MAX_MS], 'programs every change so much later', (before, delayMs) => ({
    ...before,
    delayMs,
  })),
  counted(
    'fail-open',
    'ms',
    [2000, MAX_MS],
    'leaves a new pod open for so long',
    (before, newPodsOpenMs) => ({
      ...before,
      newPodsOpenMs,
    }),
  ),
  plain('never-removed', 'keeps the rules of deleted policies', (before) => ({
    ...before,
    neverRemoves: true,
  })),
  onNode('agent-dead', 'has no rules on that node', (agents, node) => ({
    ...agents,
    dead: [...agents.dead, node],
  })),
  onNode('agent-stopped', 'changes no rules on that node any more', (agents, node) => ({
    ...agents,
    stopped: [...agents.stopped, node],
  })),
  plain('restart-open', 'leaves a node open once its agent was restarted', (before) => ({
    ...before,
    agents: { ...before.agents, openAfterRestart: true },
  })),
  misreading('ignores-endport', 'takes a range of ports as its first port'),
  misreading('ignores-except', 'takes an ipBlock without its exceptions'),
  misreading('ignores-namespace-selector', 'takes any namespaceSelector as all namespaces'),
  misreading('ignores-pod-selector', "takes a peer's podSelector as all pods"),
  misreading('ignores-match-expressions', 'takes selectors without their matchExpressions'),
  misreading('combined-as-or', 'takes a peer with both selectors as two peers'),
  misreading('peers-as-and', 'takes the selecting peers of a rule as one that must match them all'),
  misreading('named-ports-unresolved', 'never matches a port by name'),
  misreading('named-ports-any', "takes a named port as all of its protocol's ports"),
  misreading('default-deny-ignored', 'isolates nothing where a policy has no rules'),
  ruleDefect('udp-unfiltered', 'filters no UDP'),
  ruleDefect('same-node-unfiltered', 'filters nothing between pods of one node'),
  ruleDefect('established-cut', 'asks anew about connections that exist when a policy comes'),
  ruleDefect('policy-before-dnat', "judges egress by a Service's address and port, not its pods'"),
  worldFault('intercept', 'a proxy completes every TCP connection of pods and says nothing', {
    intercepts: true,
  }),
  worldFault('dns-dead', 'cluster DNS never answers', { dnsDead: true }),
  counted(
    'lossy',
    'percent',
    [10, 99],
    'loses so many of the packets that leave a pod',
    (before, lossPercent) => ({
      ...before,
      world: { ...before.world, lossPercent },
    }),
  ),
  counted(
    'slow-link',
    'ms',
    [300, MAX_MS],
    'delays every packet between nodes so long',
    (before, linkDelayMs) => ({
      ...before,
      world: { ...before.world, linkDelayMs },
    }),
  ),
];

function plain(name: string, does: string, change: Change): Preset {
  return { name, form: name, does, read: (argument) => (argument === undefined ? change : undefined) };
}

function misreading(name: Misreading, does: string): Preset {
  return plain(name, does, (before) => ({ ...before, misreadings: [...before.misreadings, name] }));
}

function ruleDefect(name: RuleDefect, does: string): Preset {
  return plain(name, does, (before) => ({ ...before, ruleDefects: [...before.ruleDefects, name] }));
}

function worldFault(name: string, does: string, faults: Partial<WorldFaults>): Preset {
  return plain(name, does, (before) => ({ ...before, world: { ...before.world, ...faults } }));
}

function counted(
  name: string,
  unit: 'ms' | 'percent',
  [usual, most]: readonly [number, number],
  does: string,
  change: (behaviour: CniBehaviour, count: number) => CniBehaviour,
): Preset {
  return {
    name,
    form: `${name}[=${unit}]`,
    does: `${does}; ${usual} by default`,
    read: (argument = String(usual)) => {
      const count = /^\d{1,6}$/.test(argument) ? Number(argument) : Number.POSITIVE_INFINITY;
      return count <= most ? (before) => change(before, count) : undefined;
    },
  };
}

function onNode(
  name: string,
  does: string,
  change: (agents: AgentFaults, node: string) => AgentFaults,
): Preset {
  return {
    name,
    form: `${name}=NODE`,
    does,
    read: (node = '') =>
      node === '' ? undefined : (before) => ({ ...before, agents: change(before.agents, node) }),
  };
}
