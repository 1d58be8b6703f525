/** Policies, rewritten part by part; what is not touched stays the same. */
import type { V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort } from '../../../cluster/types.ts';
import { EGRESS, INGRESS } from '../policy/direction.ts';
import type { Rule } from '../policy/direction.ts';
import type { LabelSelector } from '../policy/selector.ts';

/** The rules of a direction; undefined where it is not isolated. */
export type Rules = readonly Rule[] | undefined;

/** Undefined if nothing is left that isolates. */
export function eachDirection(change: (rules: readonly Rule[]) => Rules) {
  return (policy: V1NetworkPolicy): V1NetworkPolicy | undefined => {
    const [ingress, egress] = [INGRESS, EGRESS].map((direction) => {
      const rules = direction.rules(policy);
      return rules === undefined ? undefined : change(rules);
    });
    if (ingress === undefined && egress === undefined) return undefined;
    const spec = {
      podSelector: policy.spec?.podSelector ?? {},
      // Said outright, so that a direction that loses its last rule stays isolated.
      policyTypes: [...(ingress ? ['Ingress'] : []), ...(egress ? ['Egress'] : [])],
      ...(ingress && {
        ingress: ingress.map(({ peers, ports }) => ({ ...listed('from', peers), ...listed('ports', ports) })),
      }),
      ...(egress && {
        egress: egress.map(({ peers, ports }) => ({ ...listed('to', peers), ...listed('ports', ports) })),
      }),
    };
    return { ...policy, spec };
  };
}

function listed(word: string, items: readonly unknown[] | null | undefined): object {
  return items == null ? {} : { [word]: [...items] };
}

/** A rule whose listed ports are all gone matches nothing, so it goes too: an empty list would match everything. */
export function eachPort(change: (port: V1NetworkPolicyPort) => readonly V1NetworkPolicyPort[]) {
  return eachDirection((rules) =>
    rules.flatMap((rule) => {
      if (rule.ports == null || rule.ports.length === 0) return [rule];
      const ports = rule.ports.flatMap(change);
      return ports.length === 0 ? [] : [{ ...rule, ports }];
    }),
  );
}

export function eachPeer(change: (peer: V1NetworkPolicyPeer) => readonly V1NetworkPolicyPeer[]) {
  return eachPeerList((peers) => peers.flatMap(change));
}

export function eachPeerList(
  change: (peers: readonly V1NetworkPolicyPeer[]) => readonly V1NetworkPolicyPeer[],
) {
  return eachDirection((rules) =>
    rules.map((rule) => (rule.peers == null ? rule : { ...rule, peers: change(rule.peers) })),
  );
}

/** The selectors of peers, and the policy's own. */
export function eachSelector(change: (selector: LabelSelector) => LabelSelector) {
  const inPeers = eachPeer(({ podSelector, namespaceSelector, ...rest }) => [
    {
      ...rest,
      ...(podSelector != null && { podSelector: change(podSelector) }),
      ...(namespaceSelector != null && { namespaceSelector: change(namespaceSelector) }),
    },
  ]);
  return (policy: V1NetworkPolicy): V1NetworkPolicy | undefined => {
    const changed = inPeers(policy);
    if (changed?.spec === undefined) return changed;
    return { ...changed, spec: { ...changed.spec, podSelector: change(changed.spec.podSelector ?? {}) } };
  };
}
