/** Who a rule lets through: `from` and `to`. */
import type { V1NetworkPolicyPeer } from '../../../cluster/types.ts';
import { merge, parseCidr, without } from '../ipv4.ts';
import type { Range } from '../ipv4.ts';
import type { ForwardingPod } from '../network.ts';
import type { Cluster } from './cluster.ts';
import { matches } from './selector.ts';

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
    pods: cluster.pods.filter((pod) => peers.some((peer) => includes(peer, pod, namespace, cluster))),
    blocks: merge(peers.flatMap(blockOf)),
  };
}

/**
 * A podSelector alone means the policy's own namespace, a namespaceSelector alone all pods of those namespaces,
 * both in one peer the pods that match in the namespaces that match.
 */
function includes(
  peer: V1NetworkPolicyPeer,
  pod: ForwardingPod,
  namespace: string,
  cluster: Cluster,
): boolean {
  const { podSelector, namespaceSelector } = peer;
  if (podSelector == null && namespaceSelector == null) return false;
  const inNamespace =
    namespaceSelector == null
      ? pod.namespace === namespace
      : matches(namespaceSelector, cluster.namespaceLabels(pod.namespace));
  return inNamespace && matches(podSelector ?? {}, pod.labels);
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
