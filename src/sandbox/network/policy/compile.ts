/**
 * Compiles NetworkPolicies to one node's nftables text; pure, and equal states give equal text.
 *
 * Egress is decided at the source pod's node and ingress at the destination pod's, each in a base chain of its
 * own, because `accept` ends only the chain it is in: a packet must be accepted by both. A verdict map leads an
 * isolated pod's packets to that pod's chain in one step, however many pods there are. Only forwarded packets
 * are seen: what passes between a pod and its own node is delivered or sent locally there, and never filtered.
 *
 * Policies come as they were sent: `null` is an absent field there, as in the API, hence `== null`.
 * Shares nothing but types with src/policy: each checks the other.
 */
import type { V1NetworkPolicy } from '../../../cluster/types.ts';
import type { CniBehaviour } from '../behaviour.ts';
import type { ForwardingPod, ForwardingState } from '../network.ts';
import { Numbered, block, collection, replaceTable } from '../nftables.ts';
import { indexCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { Collections } from './collections.ts';
import { EGRESS, INGRESS } from './direction.ts';
import type { Direction, Rule } from './direction.ts';
import { peersOf } from './peers.ts';
import { portMatches } from './ports.ts';
import { matcher } from './selector.ts';

export type Enforcement = Pick<CniBehaviour, 'enforced' | 'denial'>;

/** Egress comes before ingress, as on the packet's way. */
const PRIORITY = { egress: 'filter', ingress: 'filter + 10' } as const;

const DENIAL: Readonly<Record<Enforcement['denial'], readonly string[]>> = {
  drop: ['drop'],
  reject: ['meta l4proto tcp reject with tcp reset', 'reject with icmp port-unreachable'],
};

export function compilePolicies(
  state: ForwardingState,
  node: string,
  { enforced, denial }: Enforcement,
): string {
  const cluster = indexCluster(state);
  const local = cluster.pods.filter((pod) => pod.node === node);
  const collections = new Collections();
  const directions = [EGRESS, INGRESS]
    .filter(({ name }) => enforced[name])
    .flatMap((direction) => compileDirection(direction, local, cluster, collections));
  const own = local.map(({ ip }) => `${ip} . ${ip}`);
  return replaceTable('inet netproof', [
    ...collection('set own', 'ipv4_addr . ipv4_addr', own),
    ...collections.text(),
    ...block('chain denied', DENIAL[denial]),
    ...directions,
  ]);
}

function compileDirection(
  direction: Direction,
  local: readonly ForwardingPod[],
  cluster: Cluster,
  collections: Collections,
): readonly string[] {
  const ruleChains = new Numbered(`${direction.name}_rules`);
  const podChains = new Numbered(`${direction.name}_pods`);
  /** Per isolated pod, the chains of the policies that select it. */
  const isolated = new Map<ForwardingPod, Set<string>>();
  for (const policy of cluster.policies) {
    const rules = direction.rules(policy);
    const selected = rules === undefined ? [] : local.filter(selectedBy(policy));
    // A policy without a pod on this node has nothing to do here.
    if (rules === undefined || selected.length === 0) continue;
    const namespace = policy.metadata?.namespace ?? '';
    const lines = rules.flatMap((rule) => compileRule(rule, direction, namespace, cluster, collections));
    const jumps = lines.length === 0 ? [] : [`jump ${ruleChains.name(lines)}`];
    for (const pod of selected) isolated.set(pod, new Set([...(isolated.get(pod) ?? []), ...jumps]));
  }
  const verdicts = local.flatMap((pod) => {
    const jumps = isolated.get(pod);
    return jumps === undefined ? [] : [`${pod.ip} : goto ${podChains.name([...jumps, 'goto denied'])}`];
  });
  const chains = [...ruleChains.all(), ...podChains.all()];
  return [
    ...chains.flatMap(({ name, lines }) => block(`chain ${name}`, lines)),
    ...collection(`map ${direction.name}_isolated`, 'ipv4_addr : verdict', verdicts),
    ...block(`chain ${direction.name}`, [
      `type filter hook forward priority ${PRIORITY[direction.name]}; policy accept;`,
      // Decided when the connection began; replies need no rule of their own.
      'ct state established,related accept',
      // A pod can always reach itself (over a Service, that is; else its packets do not come here).
      'ip saddr . ip daddr @own accept',
      `${direction.pod} vmap @${direction.name}_isolated`,
    ]),
  ];
}

function compileRule(
  rule: Rule,
  direction: Direction,
  namespace: string,
  cluster: Cluster,
  collections: Collections,
): readonly string[] {
  const ports = portMatches(rule.ports, cluster, collections);
  const peers = peerMatches(rule, direction, namespace, cluster, collections);
  return peers.flatMap((peer) => ports.map((port) => [peer, port, 'accept'].filter(Boolean).join(' ')));
}

/** nftables matches, one of which must hold; `['']` for everyone. */
function peerMatches(
  rule: Rule,
  direction: Direction,
  namespace: string,
  cluster: Cluster,
  collections: Collections,
): readonly string[] {
  const peers = peersOf(rule.peers, namespace, cluster);
  if (peers === undefined) return [''];
  const ips = peers.pods.map(({ ip }) => ip);
  return [
    ...(ips.length === 0 ? [] : [`${direction.peer} @${collections.pods(ips)}`]),
    ...(peers.blocks.length === 0 ? [] : [`${direction.peer} @${collections.blocks(peers.blocks)}`]),
  ];
}

function selectedBy({ metadata, spec }: V1NetworkPolicy): (pod: ForwardingPod) => boolean {
  const matches = matcher(spec?.podSelector ?? {});
  return (pod) => pod.namespace === metadata?.namespace && matches(pod.labels);
}
