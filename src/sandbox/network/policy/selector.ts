/**
 * Label selectors, read once more: packets here are what the evaluator's reading (src/model/selector.ts) is held against.
 */
import type { V1NetworkPolicy } from '../../../cluster/types.ts';

export type LabelSelector = NonNullable<NonNullable<V1NetworkPolicy['spec']>['podSelector']>;
type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];
export type Labels = Readonly<Record<string, string>>;

/** Makes the selector's test: all requirements must hold; an empty selector, which has none, holds for everything. */
export function matcher(selector: LabelSelector): (labels: Labels) => boolean {
  const wanted = Object.entries(selector.matchLabels ?? {});
  const requirements = selector.matchExpressions ?? [];
  return (labels) =>
    wanted.every(([key, value]) => labelOf(labels, key) === value) &&
    requirements.every((requirement) => holds(requirement, labels));
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value);
    // An absent label is not in the list either (apimachinery, labels.Requirement.Matches).
    case 'NotIn':
      return value === undefined || !(values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Only own properties are labels: `constructor` is not one of every pod's. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
