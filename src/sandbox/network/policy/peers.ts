/** Who a rule lets through: `from` and `to`. */
import type { V1NetworkPolicyPeer } from '../../../cluster/types.ts';
import { formatAddress, merge, parseCidr, without } from '../ipv4.ts';
import type { Range } from '../ipv4.ts';
import type { ForwardingPod } from '../network.ts';
import type { Cluster } from './cluster.ts';
import { matcher } from './selector.ts';
import type { LabelSelector } from './selector.ts';
import { EVERYTHING, ruleSet } from './sets.ts';
import type { Match } from './sets.ts';

/**
 * Matches, one of which must hold; everyone if the list is missing or empty.
 *
 * @param side which of a packet's addresses is the peer's
 */
export function peerMatches(
  peers: readonly V1NetworkPolicyPeer[] | undefined,
  namespace: string,
  side: string,
): readonly Match[] {
  if (peers == null || peers.length === 0) return [EVERYTHING];
  const sets = [...podSets(peers, namespace), ...blockSets(peers)];
  return sets.map((set) => ({ text: `${side} @${set.name}`, set }));
}

function podSets(peers: readonly V1NetworkPolicyPeer[], namespace: string) {
  const selecting = peers.filter(
    ({ podSelector, namespaceSelector }) => podSelector != null || namespaceSelector != null,
  );
  if (selecting.length === 0) return [];
  const ofPeers = selecting.map((peer) => podsOf(peer, namespace));
  // Selectors of namespaces mean the same wherever they are written.
  const here = selecting.some(({ namespaceSelector }) => namespaceSelector == null) ? namespace : null;
  const words = selecting.map(({ podSelector, namespaceSelector }) => [podSelector, namespaceSelector]);
  return [
    ruleSet('pods', 'ipv4_addr', [here, words], (cluster) =>
      ofPeers.flatMap((pods) => pods(cluster)).map(({ ip }) => ip),
    ),
  ];
}

/**
 * A podSelector alone means the policy's own namespace, a namespaceSelector alone all pods of those namespaces,
 * both in one peer the pods that match in the namespaces that match.
 */
function podsOf(
  { podSelector, namespaceSelector }: V1NetworkPolicyPeer,
  namespace: string,
): (cluster: Cluster) => readonly ForwardingPod[] {
  const podMatches = matcher(podSelector ?? {});
  const namespacesIn = namespaceSelector == null ? () => [namespace] : matchingNamespaces(namespaceSelector);
  return (cluster) =>
    namespacesIn(cluster).flatMap((name) => cluster.podsOf(name).filter(({ labels }) => podMatches(labels)));
}

function matchingNamespaces(selector: LabelSelector): (cluster: Cluster) => readonly string[] {
  const matches = matcher(selector);
  return ({ namespaces }) => [...namespaces].filter(([, labels]) => matches(labels)).map(([name]) => name);
}

/** Named by its addresses, so its elements never change: the kernel's interval sets are the slow ones to change. */
function blockSets(peers: readonly V1NetworkPolicyPeer[]) {
  const ranges = merge(peers.flatMap(blockOf)).map(
    ({ first, last }) => `${formatAddress(first)}-${formatAddress(last)}`,
  );
  return ranges.length === 0 ? [] : [ruleSet('blocks', 'ipv4_addr; flags interval', ranges, () => ranges)];
}

/** IPv6 blocks hold no address of this cluster. */
function blockOf({ ipBlock }: V1NetworkPolicyPeer): readonly Range[] {
  const whole = ipBlock == null ? undefined : parseCidr(ipBlock.cidr);
  if (ipBlock == null || whole === undefined) return [];
  return (ipBlock.except ?? [])
    .map(parseCidr)
    .filter((hole) => hole !== undefined)
    .reduce<readonly Range[]>(without, [whole]);
}
