/** Which capabilities a NetworkPolicy makes use of; pure. */
import type { V1LabelSelector, V1NetworkPolicy, V1NetworkPolicyPeer } from '../cluster/types.ts';
import type { Capability, Direction } from '../model/capabilities.ts';
import { directionsOf } from '../policy/network-policy.ts';

export type PolicySpec = NonNullable<V1NetworkPolicy['spec']>;
type Rule = Pick<NonNullable<PolicySpec['ingress']>[number], 'from' | 'ports'>;

/** @param directions those of its own that count; all of them unless told otherwise */
export function usesOf(
  spec: PolicySpec,
  directions: readonly Direction[] = directionsOf(spec),
): readonly Capability[] {
  return directions.flatMap((direction) => {
    const rules = rulesOf(spec, direction);
    return [
      direction,
      ...(rules.length === 0 ? ['default-deny' as const] : []),
      ...expressionsIn(spec.podSelector),
      ...rules.flatMap(ruleUses),
    ];
  });
}

function rulesOf({ ingress, egress }: PolicySpec, direction: Direction): readonly Rule[] {
  if (direction === 'ingress') return ingress ?? [];
  return (egress ?? []).map(({ to, ports }) => ({
    ...(to == null ? {} : { from: to }),
    ...(ports == null ? {} : { ports }),
  }));
}

function ruleUses({ from, ports }: Rule): readonly Capability[] {
  const peers = from ?? [];
  return [
    ...(peers.length > 1 ? ['two-peers' as const] : []),
    ...peers.flatMap(peerUses),
    ...(ports ?? []).flatMap(({ port, endPort, protocol }): Capability[] => [
      ...(typeof port === 'string' ? ['named-port' as const] : []),
      ...(typeof port === 'number' && endPort == null ? ['port' as const] : []),
      ...(endPort == null ? [] : ['end-port' as const]),
      ...(protocol === 'UDP' ? ['udp' as const] : []),
    ]),
  ];
}

function peerUses({ podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer): readonly Capability[] {
  const expressions = [...expressionsIn(podSelector), ...expressionsIn(namespaceSelector)];
  if (ipBlock != null) return ipBlock.except?.length ? ['ip-block', 'except'] : ['ip-block'];
  if (podSelector != null && namespaceSelector != null) return ['combined-selector', ...expressions];
  return [podSelector == null ? 'namespace-selector' : 'pod-selector', ...expressions];
}

function expressionsIn(selector: V1LabelSelector | null | undefined): readonly Capability[] {
  return selector?.matchExpressions?.length ? ['match-expressions'] : [];
}
