/** A prediction's reason in one sentence, from the point of view of a probe: its source and its destination. */
import type { Decision, PolicyRef, Prediction, RuleRef } from '../policy/prediction.ts';
import { policyName } from '../policy/rules.ts';

/** Where a policy is written, as `policies/web.yaml:1`, if that is known. */
export type Whereabouts = (policy: PolicyRef) => string | undefined;

export function becauseOf({ verdict, egress, ingress }: Prediction, where: Whereabouts): string {
  if (egress.because.kind === 'itself') return 'a pod can always reach itself';
  const sides = [egress, ingress].filter((side) => side.verdict === verdict);
  const open = sides.filter(({ because }) => because.kind === 'not-isolated').length;
  if (open === 2) return 'no policy isolates either end';
  const told = sides.flatMap((side) => sideWords(side, where) ?? []);
  return told.length === 0 ? 'no policy is about it' : told.join('; ');
}

const END = { egress: 'the source', ingress: 'the destination' } as const;

/** Undefined for an end that is no pod. */
function sideWords({ direction, because }: Decision, where: Whereabouts): string | undefined {
  switch (because.kind) {
    case 'no-pod':
    case 'itself':
      return undefined;
    case 'own-node':
      return `policies never part ${END[direction]} from its own node`;
    case 'not-isolated':
      return `no policy isolates ${END[direction]} for ${direction}`;
    case 'admin-rule':
      return `${ruleName(because.hit.rule, where)} decides its ${direction}`;
    case 'allowed':
      return `${because.hits.map(({ rule }) => ruleName(rule, where)).join(' and ')} allows it`;
    case 'default-deny': {
      const names = because.isolatedBy.map((policy) => located(policyName(policy), policy, where));
      const isolate = names.length === 1 ? 'isolates' : 'isolate';
      return `${names.join(' and ')} ${isolate} ${END[direction]} for ${direction}, and no rule allows it`;
    }
  }
}

function ruleName({ id, name, policy }: RuleRef, where: Whereabouts): string {
  return located(name === undefined ? id : `${id} ${JSON.stringify(name)}`, policy, where);
}

function located(name: string, policy: PolicyRef, where: Whereabouts): string {
  const place = where(policy);
  return place === undefined ? name : `${name} (${place})`;
}
