/** The two directions of a policy, as one shape. */
import type { V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort } from '../../../cluster/types.ts';

export interface Rule {
  readonly peers: readonly V1NetworkPolicyPeer[] | undefined;
  readonly ports: readonly V1NetworkPolicyPort[] | undefined;
}

export interface Direction {
  readonly name: 'ingress' | 'egress';
  /** Which of a packet's addresses is the isolated pod's, and which the peer's. */
  readonly pod: 'ip saddr' | 'ip daddr';
  readonly peer: 'ip saddr' | 'ip daddr';
  /** Undefined if the policy does not isolate in this direction. */
  rules(policy: V1NetworkPolicy): readonly Rule[] | undefined;
}

export const EGRESS: Direction = {
  name: 'egress',
  pod: 'ip saddr',
  peer: 'ip daddr',
  rules: ({ spec }) =>
    typesOf(spec).includes('Egress')
      ? (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
      : undefined,
};

export const INGRESS: Direction = {
  name: 'ingress',
  pod: 'ip daddr',
  peer: 'ip saddr',
  rules: ({ spec }) =>
    typesOf(spec).includes('Ingress')
      ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : undefined,
};

/** Without types, every policy isolates ingress, and egress only if it has egress rules (API defaulting). */
function typesOf(spec: V1NetworkPolicy['spec']): readonly string[] {
  const types = spec?.policyTypes ?? [];
  if (types.length > 0) return types;
  return (spec?.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}
