/** A forwarding state, indexed for the compiler. */
import type { V1NetworkPolicy } from '../../../cluster/types.ts';
import { parseAddress } from '../ipv4.ts';
import type { ForwardingPod, ForwardingState } from '../network.ts';
import type { Labels } from './selector.ts';

export interface Cluster {
  /** Pods that have an address, by ascending address. */
  readonly pods: readonly ForwardingPod[];
  /** By namespace and name, so that equal states give equal text. */
  readonly policies: readonly V1NetworkPolicy[];
  namespaceLabels(name: string): Labels;
}

export function indexCluster(state: ForwardingState): Cluster {
  const labels = new Map(state.namespaces.map((namespace) => [namespace.name, namespace.labels]));
  return {
    pods: state.pods
      .map((pod) => ({ pod, address: parseAddress(pod.ip) }))
      .filter(({ address }) => address !== undefined)
      .toSorted((a, b) => (a.address ?? 0) - (b.address ?? 0))
      .map(({ pod }) => pod),
    policies: state.policies.toSorted((a, b) => compare(keyOf(a), keyOf(b))),
    namespaceLabels: (name) => labels.get(name) ?? {},
  };
}

function keyOf({ metadata }: V1NetworkPolicy): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
