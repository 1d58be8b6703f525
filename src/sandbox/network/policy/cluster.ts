/** A forwarding state, indexed for the compiler. */
import type { V1NetworkPolicy } from '../../../cluster/types.ts';
import { parseAddress } from '../ipv4.ts';
import type { ForwardingPod, ForwardingState } from '../network.ts';
import { setOf } from '../nftables.ts';
import type { Collection } from '../nftables.ts';
import type { Labels } from './selector.ts';
import type { RuleSet } from './sets.ts';

export interface Cluster {
  /** Pods that have an address, by ascending address. */
  readonly pods: readonly ForwardingPod[];
  /** Every namespace that pods or policies may be in, with its labels. */
  readonly namespaces: ReadonlyMap<string, Labels>;
  podsOf(namespace: string): readonly ForwardingPod[];
  /** By namespace and name, so that equal states give equal tables. */
  readonly policies: readonly V1NetworkPolicy[];
  /** The set as these pods fill it; worked out once for all nodes and rules. */
  filled(set: RuleSet): Collection;
}

export function indexCluster(state: ForwardingState): Cluster {
  // An address is one pod's; of two that claim it, the later one has it.
  const byAddress = new Map(state.pods.map((pod) => [parseAddress(pod.ip) ?? NaN, pod]));
  byAddress.delete(NaN);
  const pods = [...byAddress].toSorted(([a], [b]) => a - b).map(([, pod]) => pod);
  const byNamespace = new Map<string, ForwardingPod[]>();
  for (const pod of pods) {
    const others = byNamespace.get(pod.namespace);
    if (others === undefined) byNamespace.set(pod.namespace, [pod]);
    else others.push(pod);
  }
  const filled = new Map<string, Collection>();
  const cluster: Cluster = {
    pods,
    namespaces: new Map(state.namespaces.map(({ name, labels }) => [name, labels])),
    podsOf: (namespace) => byNamespace.get(namespace) ?? [],
    policies: state.policies.toSorted((a, b) => compare(keyOf(a), keyOf(b))),
    filled: (set) => {
      const known = filled.get(set.name) ?? setOf(set.type, set.elements(cluster));
      filled.set(set.name, known);
      return known;
    },
  };
  return cluster;
}

function keyOf({ metadata }: V1NetworkPolicy): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
