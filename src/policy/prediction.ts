/** What the evaluator is asked and what it says. */
import type { Direction } from '../model/capabilities.ts';
import type { PolicyPod, TransportProtocol } from './world.ts';

export type Verdict = 'allow' | 'deny';
/** In the order in which they are asked; the first that decides, decides. */
export type Tier = 'admin' | 'network-policy' | 'baseline';

/** A pod of the evaluator's world (that very object), or an address, which may turn out to be a pod's or a node's. */
export type Party = { readonly pod: PolicyPod } | { readonly address: string };

/** A new connection; replies need no permission. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  readonly protocol: TransportProtocol;
  /** At the destination; behind a Service, the pod's port. */
  readonly port: number;
}

export interface Answer {
  readonly verdict: Verdict;
  /** False: the API's text leaves it open, or something that it depends on is unknown; `verdict` is the likelier. */
  readonly certain: boolean;
}

/** Allowed if both directions allow; the source's egress policies and the destination's ingress policies. */
export interface Prediction extends Answer {
  /** Why it is not certain; empty if it is. */
  readonly doubts: readonly Doubt[];
  readonly egress: Decision;
  readonly ingress: Decision;
}

export interface Decision extends Answer {
  readonly direction: Direction;
  readonly because: Because;
  /** Admin rules that matched and passed the decision on, in the order they were asked. */
  readonly passed: readonly RuleHit[];
}

export type Because =
  /** This side is no pod: no policy is about it. */
  | { readonly kind: 'no-pod' }
  /** A pod can always reach itself. */
  | { readonly kind: 'itself' }
  /** Isolated, but the other side is the pod's own node, which NetworkPolicies never part it from. */
  | { readonly kind: 'own-node'; readonly isolatedBy: readonly PolicyRef[] }
  /** No policy of any tier has anything to say. */
  | { readonly kind: 'not-isolated' }
  /** A rule of the admin or baseline tier decides. */
  | { readonly kind: 'admin-rule'; readonly hit: RuleHit }
  /** Every NetworkPolicy rule that allows it; the first of them would do. */
  | { readonly kind: 'allowed'; readonly hits: readonly RuleHit[]; readonly isolatedBy: readonly PolicyRef[] }
  /** NetworkPolicies select the pod in this direction, and no rule of any of them allows it. */
  | { readonly kind: 'default-deny'; readonly isolatedBy: readonly PolicyRef[] };

export interface PolicyRef {
  readonly kind:
    'NetworkPolicy' | 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy';
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface RuleRef {
  /** Unique and stable: `NetworkPolicy shop/web ingress[0]`. */
  readonly id: string;
  readonly policy: PolicyRef;
  readonly direction: Direction;
  /** Place in the policy's list, from 0. */
  readonly index: number;
  /** Of admin rules that have one. */
  readonly name?: string;
  readonly tier: Tier;
  /** Of the admin tier (lowest first) and of a ClusterNetworkPolicy's baseline tier. */
  readonly priority?: number;
  /** NetworkPolicies' rules only allow. */
  readonly action: 'allow' | 'deny' | 'pass';
}

/** A rule, with the items of its lists that matched; absent where a list is missing or empty and so matches all. */
export interface RuleHit {
  readonly rule: RuleRef;
  readonly peer?: number;
  readonly port?: number;
}

/** A rule that does not allow a connection, and which half of it is why. */
export interface RuleMiss {
  readonly rule: RuleRef;
  readonly peers: boolean;
  readonly ports: boolean;
}

/** What a scenario can put to the test: a rule, or that a policy isolates its pods in a direction. */
export interface Unit {
  /** A rule's id, or `NetworkPolicy shop/web ingress default deny`. */
  readonly id: string;
  readonly policy: PolicyRef;
  readonly direction: Direction;
  /** Absent: the default deny. */
  readonly rule?: RuleRef;
}

export type DoubtKind =
  /** An ipBlock that holds a pod's or a node's address: some engines never match those by address. */
  | 'ip-block-inside'
  /** What policies mean for pods on the host's network is left to the engine. */
  | 'host-network'
  /** Admin policies of equal priority disagree. */
  | 'priority-tie'
  /** A policy of another API, which is not evaluated, may change it. */
  | 'foreign-policy'
  /** A pod or node whose address is not known. */
  | 'unknown-address'
  /** A namespace or node whose labels are not known. */
  | 'unknown-labels'
  /** Addresses of one pod that fall in and out of the same networks. */
  | 'address-family'
  /** A virtual address: the engine may decide before or after it becomes a pod's. */
  | 'service-address'
  /** A rule by domain name: the addresses behind it change. */
  | 'domain-name'
  /** An admin rule against traffic with the pod's own node. */
  | 'own-node'
  /** A policy that says something that this version does not know, or that the API would refuse. */
  | 'unreadable-rule';

export interface Doubt {
  readonly kind: DoubtKind;
  /** A sentence without its full stop, with the names in it. */
  readonly text: string;
}
