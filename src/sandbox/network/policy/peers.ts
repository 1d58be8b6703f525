/** Who a rule lets through: `from` and `to`. */
import type { V1NetworkPolicyPeer } from '../../../cluster/types.ts';
import { merge, parseCidr, without } from '../ipv4.ts';
import type { Range } from '../ipv4.ts';
import type { ForwardingPod } from '../network.ts';
import type { Cluster } from './cluster.ts';
import { matcher } from './selector.ts';
import type { LabelSelector } from './selector.ts';

export interface Peers {
  readonly pods: readonly ForwardingPod[];
  readonly blocks: readonly Range[];
}

/** Undefined for everyone: a missing list and an empty one alike. */
export function peersOf(
  peers: readonly V1NetworkPolicyPeer[] | undefined,
  namespace: string,
  cluster: Cluster,
): Peers | undefined {
  if (peers == null || peers.length === 0) return undefined;
  return {
    pods: [...new Set(peers.flatMap((peer) => podsOf(peer, namespace, cluster)))],
    blocks: merge(peers.flatMap(blockOf)),
  };
}

/**
 * A podSelector alone means the policy's own namespace, a namespaceSelector alone all pods of those namespaces,
 * both in one peer the pods that match in the namespaces that match.
 */
function podsOf(peer: V1NetworkPolicyPeer, namespace: string, cluster: Cluster): readonly ForwardingPod[] {
  const { podSelector, namespaceSelector } = peer;
  if (podSelector == null && namespaceSelector == null) return [];
  const podMatches = matcher(podSelector ?? {});
  const namespaces = namespaceSelector == null ? [namespace] : namespacesOf(namespaceSelector, cluster);
  return namespaces.flatMap((name) => cluster.podsOf(name).filter(({ labels }) => podMatches(labels)));
}

function namespacesOf(selector: LabelSelector, { namespaces }: Cluster): readonly string[] {
  const matches = matcher(selector);
  return [...namespaces].filter(([, labels]) => matches(labels)).map(([name]) => name);
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
