/** What of the policies a scenario can put to the test, and what of it a prediction rests on. */
import type { Direction } from '../model/capabilities.ts';
import type { Because, PolicyRef, Prediction, Unit } from './prediction.ts';
import { DIRECTIONS, policyName } from './rules.ts';
import type { Policy } from './rules.ts';

export function unitsOf(policies: readonly Policy[]): readonly Unit[] {
  return policies.flatMap((policy) => DIRECTIONS.flatMap((direction) => unitsIn(policy, direction)));
}

function unitsIn({ ref: policy, tier, rules }: Policy, direction: Direction): readonly Unit[] {
  if (rules[direction] === undefined) return [];
  const isolation: Unit = { id: defaultDenyId(policy, direction), policy, direction };
  const units = rules[direction].map(({ ref }) => ({ id: ref.id, policy, direction, rule: ref }));
  return tier === 'network-policy' ? [isolation, ...units] : units;
}

export function defaultDenyId(policy: PolicyRef, direction: Direction): string {
  return `${policyName(policy)} ${direction} default deny`;
}

/** Ids of the units that a prediction rests on: what let the connection through, or what kept it back. */
export function exercised({ verdict, egress, ingress }: Prediction): readonly string[] {
  return [egress, ingress]
    .filter((decision) => decision.verdict === verdict)
    .flatMap(({ direction, because, passed }) => [
      ...passed.map(({ rule }) => rule.id),
      ...idsOf(because, direction),
    ]);
}

function idsOf(because: Because, direction: Direction): readonly string[] {
  switch (because.kind) {
    case 'no-pod':
    case 'itself':
    case 'own-node':
    case 'not-isolated':
      return [];
    case 'admin-rule':
      return [because.hit.rule.id];
    case 'allowed':
      return because.hits.map(({ rule }) => rule.id);
    case 'default-deny':
      return because.isolatedBy.map((policy) => defaultDenyId(policy, direction));
  }
}
