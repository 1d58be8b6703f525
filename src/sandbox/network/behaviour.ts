/**
 * How the sandbox's network behaves: a record of small switches, each taking effect in one place. Named presets of
 * them are in presets.ts; what each does wrong, in defects/.
 */

/** Misunderstandings of policies, see defects/reading.ts. */
export type Misreading =
  | 'ignores-endport'
  | 'ignores-except'
  | 'ignores-namespace-selector'
  | 'ignores-pod-selector'
  | 'ignores-match-expressions'
  | 'combined-as-or'
  | 'peers-as-and'
  | 'named-ports-unresolved'
  | 'named-ports-any'
  | 'default-deny-ignored';

/** Wrong turns that packets take through rules compiled rightly, see defects/rules.ts. */
export type RuleDefect = 'udp-unfiltered' | 'same-node-unfiltered' | 'established-cut' | 'policy-before-dnat';

/** What the nodes' agents fail to do, by the names of nodes; see defects/agent.ts. */
export interface AgentFaults {
  /** Nothing is ever programmed there: those nodes' pods are open. */
  readonly dead: readonly string[];
  /** Rules stay there as they are when the behaviour begins. */
  readonly stopped: readonly string[];
  /** An agent that is restarted leaves its node open, until the behaviour changes. */
  readonly openAfterRestart: boolean;
}

/** What is wrong beside the enforcement of policies, see defects/world.ts. */
export interface WorldFaults {
  /** Of the packets that leave a pod, so many in a hundred are lost. */
  readonly lossPercent: number;
  /** A packet between pods of different nodes is on its way for so long, in each direction. */
  readonly linkDelayMs: number;
  /** Each node completes every TCP connection that its pods begin, and then says nothing. */
  readonly intercepts: boolean;
  /** Cluster DNS takes queries and never answers. */
  readonly dnsDead: boolean;
}

export interface CniBehaviour {
  /** Directions in which policies are enforced at all. */
  readonly enforced: { readonly ingress: boolean; readonly egress: boolean };
  /**
   * What a denied packet gets: silence; always a TCP RST or ICMP port unreachable; ICMP port unreachable alone, as often
   * as Linux lets a node send it (iptables' REJECT, as kube-router has it).
   */
  readonly denial: 'drop' | 'reject' | 'reject-icmp';
  /** Changes of policies and pods reach the kernel only this many milliseconds later; until then a new pod is open. */
  readonly delayMs: number;
  /** A pod that comes is open for so long, whatever selects it. */
  readonly newPodsOpenMs: number;
  /** The rules of a deleted policy stay. */
  readonly neverRemoves: boolean;
  readonly misreadings: readonly Misreading[];
  readonly ruleDefects: readonly RuleDefect[];
  readonly agents: AgentFaults;
  readonly world: WorldFaults;
}

/** Established connections are kept when a policy comes; Services are translated before policies are asked. */
export const HEALTHY: CniBehaviour = {
  enforced: { ingress: true, egress: true },
  denial: 'drop',
  delayMs: 0,
  newPodsOpenMs: 0,
  neverRemoves: false,
  misreadings: [],
  ruleDefects: [],
  agents: { dead: [], stopped: [], openAfterRestart: false },
  world: { lossPercent: 0, linkDelayMs: 0, intercepts: false, dnsDead: false },
};
