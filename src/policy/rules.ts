/** Policies of all tiers in one shape. */
import type { Direction } from '../model/capabilities.ts';
import type { Selector } from '../model/selector.ts';
import type { Block } from './address.ts';
import type { Doubt, PolicyRef, RuleRef, Tier } from './prediction.ts';
import type { TransportProtocol } from './world.ts';

export interface Policy {
  readonly ref: PolicyRef;
  readonly tier: Tier;
  /** Lowest first; 0 where there is nothing to order. */
  readonly priority: number;
  readonly subject: PodsPeer;
  /** Absent where the policy says nothing in that direction; of a NetworkPolicy, present means isolated. */
  readonly rules: Readonly<Record<Direction, readonly Rule[] | undefined>>;
}

export interface Rule {
  readonly ref: RuleRef;
  /** One of which must match. */
  readonly peers: readonly Peer[] | 'all';
  /** One of which must match. */
  readonly ports: readonly PortRange[] | 'all';
  /** Why the rule may mean something else. */
  readonly doubt?: Doubt;
}

export type Peer =
  | PodsPeer
  /** An ipBlock. */
  | {
      readonly kind: 'block';
      readonly block: Block;
      readonly except: readonly Block[];
      readonly text: string;
    }
  /** Admin policies' networks, which are meant for pods and nodes too. */
  | { readonly kind: 'networks'; readonly blocks: readonly Block[] }
  | { readonly kind: 'nodes'; readonly nodes: Selector }
  | { readonly kind: 'domains'; readonly names: readonly string[] }
  | { readonly kind: 'nothing' };

export interface PodsPeer {
  readonly kind: 'pods';
  /** The name of one namespace, or a selector. */
  readonly namespaces: string | Selector;
  readonly pods: Selector;
  /** Admin policies never mean pods on the host's network; what NetworkPolicies mean by them is undefined. */
  readonly neverHost: boolean;
}

export type PortRange =
  | {
      readonly kind: 'numbers';
      readonly protocol: TransportProtocol;
      readonly first: number;
      readonly last: number;
    }
  /** What the destination pod calls so; `protocol` absent: whatever that port's is. */
  | { readonly kind: 'named'; readonly name: string; readonly protocol?: TransportProtocol };

export const HIGHEST_PORT = 65_535;
export const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

export function policyName({ kind, namespace, name }: PolicyRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

export function ruleId(policy: PolicyRef, direction: Direction, index: number): string {
  return `${policyName(policy)} ${direction}[${index}]`;
}

/** Undefined for what no policy speaks of. */
export function protocolOf(text: string | null | undefined): TransportProtocol | undefined {
  const protocol = text ?? 'TCP';
  return protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP' ? protocol : undefined;
}
