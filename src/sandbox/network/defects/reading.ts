/** Policies as a network plugin misunderstands them, before they are compiled; pure. */
import type { V1NetworkPolicy, V1NetworkPolicyPeer } from '../../../cluster/types.ts';
import type { Misreading } from '../behaviour.ts';
import type { LabelSelector } from '../policy/selector.ts';
import { eachDirection, eachPeer, eachPeerList, eachPort, eachSelector } from './rewrite.ts';

/** Undefined: the policy is as if it were not there. */
type Read = (policy: V1NetworkPolicy) => V1NetworkPolicy | undefined;

const MISREADINGS: Readonly<Record<Misreading, Read>> = {
  // As a plugin that does not know the field takes it (Cilium before 1.17: cilium/cilium#28684).
  'ignores-endport': eachPort(({ endPort: _ignored, ...port }) => [port]),
  'ignores-except': eachPeer((peer) => [
    peer.ipBlock == null ? peer : { ...peer, ipBlock: { cidr: peer.ipBlock.cidr } },
  ]),
  // Not the policy's own namespace alone: that would deny too much, this opens what should be closed.
  'ignores-namespace-selector': eachPeer((peer) => [
    peer.namespaceSelector == null ? peer : { ...peer, namespaceSelector: {} },
  ]),
  'ignores-pod-selector': eachPeer((peer) => [
    peer.podSelector == null ? peer : { ...peer, podSelector: {} },
  ]),
  'ignores-match-expressions': eachSelector(({ matchExpressions: _ignored, ...selector }) => selector),
  'combined-as-or': eachPeer(({ podSelector, namespaceSelector, ...rest }) =>
    podSelector == null || namespaceSelector == null
      ? [{ ...rest, ...(podSelector && { podSelector }), ...(namespaceSelector && { namespaceSelector }) }]
      : [{ podSelector }, { namespaceSelector }],
  ),
  'peers-as-and': eachPeerList(joined),
  'named-ports-unresolved': eachPort((port) => (typeof port.port === 'string' ? [] : [port])),
  'named-ports-any': eachPort(({ port, ...rest }) =>
    typeof port === 'string' ? [rest] : [{ ...rest, ...(port != null && { port }) }],
  ),
  'default-deny-ignored': eachDirection((rules) => (rules.length === 0 ? undefined : rules)),
};

/** Reads policies with those misunderstandings, one after the other; each policy once, as the compiler wants it. */
export function readerWith(misreadings: readonly Misreading[]) {
  const known = new WeakMap<V1NetworkPolicy, readonly V1NetworkPolicy[]>();
  const read = (policy: V1NetworkPolicy): readonly V1NetworkPolicy[] => {
    const there = known.get(policy) ?? misread(policy, misreadings);
    known.set(policy, there);
    return there;
  };
  return (policies: readonly V1NetworkPolicy[]): readonly V1NetworkPolicy[] =>
    misreadings.length === 0 ? policies : policies.flatMap(read);
}

function misread(policy: V1NetworkPolicy, misreadings: readonly Misreading[]): readonly V1NetworkPolicy[] {
  return misreadings.reduce<readonly V1NetworkPolicy[]>(
    (policies, name) => policies.flatMap((one) => MISREADINGS[name](one) ?? []),
    [policy],
  );
}

/** One peer that asks what all of them ask; blocks of addresses, which no selector can be joined with, stay. */
function joined(peers: readonly V1NetworkPolicyPeer[]): readonly V1NetworkPolicyPeer[] {
  const blocks = peers.filter(({ ipBlock }) => ipBlock != null);
  const selecting = peers.filter(({ ipBlock }) => ipBlock == null);
  if (selecting.length < 2) return peers;
  const podSelector = both(selecting.map((peer) => peer.podSelector));
  const namespaceSelector = both(selecting.map((peer) => peer.namespaceSelector));
  return [
    ...blocks,
    { ...(podSelector && { podSelector }), ...(namespaceSelector && { namespaceSelector }) },
  ];
}

/** Labels become expressions, so that two values of one key can be asked for. */
function both(selectors: readonly (LabelSelector | undefined)[]): LabelSelector | undefined {
  const present = selectors.filter((selector) => selector != null);
  if (present.length === 0) return undefined;
  return {
    matchExpressions: present.flatMap(({ matchLabels, matchExpressions }) => [
      ...Object.entries(matchLabels ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
      ...(matchExpressions ?? []),
    ]),
  };
}
