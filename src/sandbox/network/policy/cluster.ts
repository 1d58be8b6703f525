/** A forwarding state, indexed for the compiler. */
import { isIPv4 } from 'node:net';
import type { V1NetworkPolicy } from '../../../cluster/types.ts';
import type { ForwardingPod, ForwardingState } from '../network.ts';
import type { Collection } from '../nftables.ts';
import type { Labels } from './selector.ts';

export interface Cluster {
  /** Pods that have an address, in the order of addresses as texts. */
  readonly pods: readonly ForwardingPod[];
  /** Every namespace that pods or policies may be in, with its labels. */
  readonly namespaces: ReadonlyMap<string, Labels>;
  podsOf(namespace: string): readonly ForwardingPod[];
  /** By namespace and name, so that equal states give equal tables. */
  readonly policies: readonly V1NetworkPolicy[];
  /** What was made first under that name, so that nodes and rules share it. */
  once(name: string, make: () => Collection): Collection;
}

export function indexCluster(state: ForwardingState): Cluster {
  // An address is one pod's; of two that claim it, the later one has it.
  const byAddress = new Map(state.pods.filter(({ ip }) => isIPv4(ip)).map((pod) => [pod.ip, pod]));
  const pods = [...byAddress.values()].toSorted((a, b) => compare(a.ip, b.ip));
  const byNamespace = new Map<string, ForwardingPod[]>();
  for (const pod of pods) {
    const others = byNamespace.get(pod.namespace);
    if (others === undefined) byNamespace.set(pod.namespace, [pod]);
    else others.push(pod);
  }
  const made = new Map<string, Collection>();
  return {
    pods,
    namespaces: new Map(state.namespaces.map(({ name, labels }) => [name, labels])),
    podsOf: (namespace) => byNamespace.get(namespace) ?? [],
    policies: state.policies.toSorted((a, b) => compare(keyOf(a), keyOf(b))),
    once: (name, make) => {
      const there = made.get(name) ?? make();
      made.set(name, there);
      return there;
    },
  };
}

function keyOf({ metadata }: V1NetworkPolicy): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
