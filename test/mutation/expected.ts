/** What each misbehaviour of the embedded cluster must be called, by the preflight and by a run; one row each. */
import type { Capability, Condition, Measures } from '../../src/model/capabilities.ts';

export interface Mutation {
  /** For `--sandbox-cni`. */
  readonly cni: string;
  /** A node whose agent is restarted once the cluster is up. */
  readonly restart?: string;
  /** False for a way to be that is no fault. */
  readonly defect: boolean;
  /** Exactly these are absent. */
  readonly absent: readonly Capability[];
  /** Exactly these are told. */
  readonly conditions: readonly Condition['name'][];
  /** What the findings must say. */
  readonly says?: RegExp;
  readonly established?: Measures['established'];
  /** All the ways in which denied TCP attempts may be seen to end; the first must be among them. */
  readonly deny?: readonly string[];
  /** Exit codes that a run of the scenario may end with: never a proof of what does not hold. */
  readonly run: readonly number[];
}

/** Refused by the run's own canary. */
const REFUSED = [3];
/** No fault of policies that new connections meet: the scenario holds, or can't be told. */
const HOLDS = [0];
const HOLDS_OR_UNTOLD = [0, 4];

const faulty = (
  cni: string,
  absent: readonly Capability[],
  run: readonly number[],
  more: Partial<Mutation> = {},
): Mutation => ({ cni, defect: true, absent, conditions: [], run, ...more });

const DOWN = { says: /worker-2: policies are not enforced there, though elsewhere/ } as const;

export const MUTATIONS: readonly Mutation[] = [
  faulty('none', ['ingress', 'egress'], REFUSED, { says: /ingress policies are ignored/ }),
  faulty('ingress-only', ['egress'], REFUSED, { says: /egress policies are ignored/ }),
  faulty('egress-only', ['ingress'], REFUSED, { says: /ingress policies are ignored/ }),
  faulty('slow', ['new-pod'], HOLDS, { conditions: ['slow-programming'] }),
  faulty('fail-open', ['new-pod'], HOLDS, { says: /new pods start open/ }),
  faulty('never-removed', ['removal'], HOLDS, { says: /deleted policies stay in force/ }),
  faulty('agent-dead=worker-1', ['ingress', 'egress'], REFUSED, {
    says: /worker-1: policies are not enforced there/,
  }),
  faulty('agent-dead=worker-2', ['ingress', 'egress'], REFUSED, DOWN),
  faulty('agent-stopped=worker-2', ['ingress', 'egress'], REFUSED, DOWN),
  faulty('restart-open', ['ingress', 'egress'], REFUSED, { ...DOWN, restart: 'worker-2' }),
  faulty('ignores-endport', ['end-port'], REFUSED, { says: /endPort is ignored/ }),
  faulty('ignores-except', ['except'], REFUSED, { says: /except ranges of an ipBlock are ignored/ }),
  faulty('ignores-namespace-selector', ['namespace-selector'], REFUSED, {
    says: /namespaceSelector is ignored/,
  }),
  faulty('ignores-pod-selector', ['pod-selector'], REFUSED, { says: /podSelector lets in pods/ }),
  faulty('ignores-match-expressions', ['match-expressions'], REFUSED, {
    says: /matchExpressions are ignored/,
  }),
  faulty('combined-as-or', ['combined-selector'], REFUSED, { says: /combined selector .* either-or/ }),
  faulty('peers-as-and', ['two-peers'], REFUSED, {
    says: /two peers of one rule are treated as both required/,
  }),
  faulty('named-ports-unresolved', ['named-port'], REFUSED, {
    says: /named ports are not resolved: the port/,
  }),
  faulty('named-ports-any', ['named-port'], REFUSED, { says: /named ports are not resolved: every port/ }),
  faulty('default-deny-ignored', ['default-deny'], REFUSED, { says: /a policy without rules is ignored/ }),
  faulty('udp-unfiltered', ['udp'], REFUSED, { says: /UDP is not filtered/ }),
  faulty('same-node-unfiltered', ['same-node'], REFUSED, {
    says: /between pods of one node is not filtered/,
  }),
  faulty('policy-before-dnat', ['service'], HOLDS, { says: /Service's own address/ }),
  faulty('intercept', [], REFUSED, { conditions: ['intercepted'] }),
  faulty('dns-dead', [], HOLDS, { conditions: ['dns-dead'] }),
  faulty('lossy', [], HOLDS_OR_UNTOLD, { conditions: ['lossy'] }),
  faulty('slow-link', [], HOLDS_OR_UNTOLD, { conditions: ['slow-network'] }),
  { cni: 'established-cut', defect: false, absent: [], conditions: [], established: 'cut', run: HOLDS },
  { cni: 'reject', defect: false, absent: [], conditions: [], deny: ['refused'], run: HOLDS },
  {
    cni: 'reject-icmp',
    defect: false,
    absent: [],
    conditions: [],
    deny: ['refused', 'timed-out'],
    run: HOLDS,
  },
];

export const HEALTHY: Mutation = {
  cni: 'healthy',
  defect: false,
  absent: [],
  conditions: [],
  established: 'kept',
  deny: ['timed-out'],
  run: HOLDS,
};
