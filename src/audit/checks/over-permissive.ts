import type { V1NetworkPolicyPeer } from '../../cluster/types.ts';
import type { Severity } from '../../model/audit.ts';
import { directionsOf } from '../../policy/network-policy.ts';
import { nameOf, type PolicyObject } from '../../snapshot/snapshot.ts';
import type { Check, Found } from '../check.ts';
import { words } from './inventory.ts';

/** Ordered from the widest: of one rule only the widest is told. */
const RULES = {
  'allows-everything': 'A rule names neither peers nor ports: it allows everything in its direction.',
  'allows-every-peer': 'A rule names no peers, or the whole internet and every namespace.',
  'allows-any-address': 'A rule allows 0.0.0.0/0 or ::/0.',
  'allows-every-namespace': 'A rule allows all pods of all namespaces.',
  'allows-every-port': 'A rule names no ports: every port of its peers is allowed.',
} as const;
type Rule = keyof typeof RULES;

const SEVERITIES: Readonly<Record<Rule, Severity>> = {
  'allows-everything': 'fail',
  'allows-every-peer': 'warn',
  'allows-any-address': 'warn',
  'allows-every-namespace': 'warn',
  'allows-every-port': 'warn',
};

export const overPermissive: Check = {
  id: 'over-permissive',
  step: 4,
  title: 'No rule allows more than somebody can have meant',
  rules: RULES,
  run({ snapshot: { policies } }) {
    if (policies.length === 0) return { kind: 'not-applicable', because: 'there is no NetworkPolicy' };
    return {
      kind: 'examined',
      because: `every rule of ${words(policies.length)} was looked at`,
      findings: policies.flatMap(findingsIn),
      evidence: [],
    };
  },
};

/** One finding per policy and kind, with the places of all its rules of that kind. */
function findingsIn(policy: PolicyObject): Found[] {
  const places = new Map<Rule, string[]>();
  for (const { place, rule } of rulesOf(policy)) {
    const wide = widest(rule);
    if (wide !== undefined) places.set(wide, [...(places.get(wide) ?? []), place]);
  }
  const { namespace = 'default', name } = policy.metadata;
  return [...places].map(([rule, where]) => ({
    rule,
    severity: SEVERITIES[rule],
    subject: { kind: 'NetworkPolicy', namespace, name },
    message: `NetworkPolicy ${nameOf(policy)}, ${where.join(', ')}: ${TOLD[rule]}`,
    where: policy.where,
  }));
}

const TOLD: Readonly<Record<Rule, string>> = {
  'allows-everything': 'no peers and no ports are named, so everything is allowed',
  'allows-every-peer': 'no peers are named, so everybody is allowed on these ports',
  'allows-any-address': 'every address is allowed',
  'allows-every-namespace': 'all pods of all namespaces are allowed',
  'allows-every-port': 'no ports are named, so every port is allowed',
};

interface Allowing {
  readonly peers: readonly V1NetworkPolicyPeer[];
  readonly anyPort: boolean;
}

function rulesOf({ spec }: PolicyObject): { readonly place: string; readonly rule: Allowing }[] {
  const restricted = directionsOf(spec);
  const ingress = restricted.includes('ingress') ? (spec?.ingress ?? []) : [];
  const egress = restricted.includes('egress') ? (spec?.egress ?? []) : [];
  const allowing = (peers: readonly V1NetworkPolicyPeer[] | undefined, ports: unknown): Allowing => ({
    peers: peers ?? [],
    anyPort: !Array.isArray(ports) || ports.length === 0,
  });
  return [
    ...ingress.map(({ from, ports }, i) => ({ place: `ingress[${i}]`, rule: allowing(from, ports) })),
    ...egress.map(({ to, ports }, i) => ({ place: `egress[${i}]`, rule: allowing(to, ports) })),
  ];
}

function widest({ peers, anyPort }: Allowing): Rule | undefined {
  if (peers.length === 0) return anyPort ? 'allows-everything' : 'allows-every-peer';
  if (peers.some(({ ipBlock }) => ipBlock !== undefined && isEverything(ipBlock.cidr))) {
    return 'allows-any-address';
  }
  if (peers.some(isEveryPod)) return 'allows-every-namespace';
  return anyPort ? 'allows-every-port' : undefined;
}

function isEverything(cidr: string): boolean {
  return /\/0+$/.test(cidr);
}

function isEveryPod({ namespaceSelector, podSelector }: V1NetworkPolicyPeer): boolean {
  return namespaceSelector != null && isEmpty(namespaceSelector) && isEmpty(podSelector);
}

function isEmpty(selector: V1NetworkPolicyPeer['podSelector']): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0
  );
}
