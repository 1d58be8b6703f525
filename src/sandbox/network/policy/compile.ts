/**
 * Compiles NetworkPolicies to one node's nftables table; pure, and equal states give equal tables.
 *
 * Egress is decided at the source pod's node and ingress at the destination pod's, each in a base chain of its
 * own, because `accept` ends only the chain it is in: a packet must be accepted by both. A verdict map leads an
 * isolated pod's packets in one step to the chain of the pods that the same policies select, however many pods
 * there are. Only forwarded packets are seen: what passes between a pod and its own node is delivered or sent
 * locally there, and never filtered.
 *
 * Sets and chains are named by what they mean, not by the pods they hold: a pod that comes or goes changes
 * elements only, and a policy that changes brings a chain of its own.
 *
 * Policies come as they were sent: `null` is an absent field there, as in the API, hence `== null`.
 * Shares nothing but types with src/policy: each checks the other.
 */
import type { CniBehaviour } from '../behaviour.ts';
import type { ForwardingPod } from '../network.ts';
import { mapOf, nameFor, setOf } from '../nftables.ts';
import type { Chain, Collection, Table } from '../nftables.ts';
import type { Cluster } from './cluster.ts';
import { EGRESS, INGRESS } from './direction.ts';
import type { Direction } from './direction.ts';
import { rulesOf } from './rules.ts';
import type { RuleChain } from './rules.ts';

export const POLICY_TABLE = 'inet netproof';
/** Decided when the connection began; replies need no rule of their own. */
export const KNOWN_CONNECTIONS = 'ct state established,related accept';

export type Enforcement = Pick<CniBehaviour, 'enforced' | 'denial'>;

/** Egress comes before ingress, as on the packet's way. */
const PRIORITY = { egress: 'filter', ingress: 'filter + 10' } as const;

const DENIAL: Readonly<Record<Enforcement['denial'], Chain>> = {
  drop: { rules: ['drop'] },
  reject: { rules: ['meta l4proto tcp reject with tcp reset', 'reject with icmp port-unreachable'] },
  'reject-icmp': { rules: ['reject with icmp port-unreachable'] },
};

export function compilePolicies(cluster: Cluster, node: string, { enforced, denial }: Enforcement): Table {
  const own = cluster.pods.filter((pod) => pod.node === node).map(({ ip }) => `${ip} . ${ip}`);
  const parts = [EGRESS, INGRESS]
    .filter(({ name }) => enforced[name])
    .map((direction) => compileDirection(direction, node, cluster));
  return {
    name: POLICY_TABLE,
    collections: new Map([
      ['own', setOf('ipv4_addr . ipv4_addr', own)],
      ...parts.flatMap(({ collections }) => collections),
    ]),
    chains: new Map([['denied', DENIAL[denial]], ...parts.flatMap(({ chains }) => chains)]),
  };
}

interface Part {
  readonly collections: readonly (readonly [string, Collection])[];
  readonly chains: readonly (readonly [string, Chain])[];
}

function compileDirection(direction: Direction, node: string, cluster: Cluster): Part {
  const isolated = isolation(direction, node, cluster);
  // A policy without a pod on this node has nothing to do here.
  const ruleChains = new Map([...isolated.values()].flatMap((chains) => [...chains]));
  /** By their rules; the many pods that the same policies select share one. */
  const podChains = new Map<string, readonly [string, Chain]>();
  const verdicts = [...isolated].map(([pod, chains]) => {
    const rules = [...[...chains.keys()].map((name) => `jump ${name}`), 'goto denied'];
    const text = rules.join('\n');
    const [name, chain] = podChains.get(text) ?? [nameFor(`${direction.name}_pods`, text), { rules }];
    podChains.set(text, [name, chain]);
    return [pod.ip, `goto ${name}`] as const;
  });
  const sets = [...ruleChains.values()].flatMap((chain) => chain.sets);
  return {
    collections: [
      ...sets.map((set) => [set.name, set.filled(cluster)] as const),
      [`${direction.name}_isolated`, mapOf('ipv4_addr : verdict', verdicts)],
    ],
    chains: [
      ...[...ruleChains.values()].map(({ name, rules }) => [name, { rules }] as const),
      ...podChains.values(),
      [direction.name, baseChain(direction)],
    ],
  };
}

/** Per isolated pod of the node, the chains of the policies that select it, by name. */
function isolation(
  direction: Direction,
  node: string,
  cluster: Cluster,
): ReadonlyMap<ForwardingPod, ReadonlyMap<string, RuleChain>> {
  const isolated = new Map<ForwardingPod, Map<string, RuleChain>>();
  for (const policy of cluster.policies) {
    const { namespace, selects, [direction.name]: chain } = rulesOf(policy);
    if (chain === undefined) continue;
    for (const pod of cluster.podsOf(namespace)) {
      if (pod.node !== node || !selects(pod)) continue;
      const chains = isolated.get(pod);
      if (chains === undefined) isolated.set(pod, new Map([[chain.name, chain]]));
      else chains.set(chain.name, chain);
    }
  }
  return isolated;
}

function baseChain(direction: Direction): Chain {
  return {
    hook: `type filter hook forward priority ${PRIORITY[direction.name]}; policy accept;`,
    rules: [
      KNOWN_CONNECTIONS,
      // A pod can always reach itself (over a Service, that is; else its packets do not come here).
      'ip saddr . ip daddr @own accept',
      `${direction.pod} vmap @${direction.name}_isolated`,
    ],
  };
}
