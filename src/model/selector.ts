/** Kubernetes' label selectors. */

export type Labels = Readonly<Record<string, string>>;

/** As the API has it (apimachinery, LabelSelector). */
export interface LabelSelector {
  readonly matchLabels?: Labels | null;
  readonly matchExpressions?: readonly Requirement[] | null;
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null;
}

export interface Selector {
  /** The labels that it asks for. */
  readonly keys: readonly string[];
  matches(labels: Labels): boolean;
}

/**
 * All requirements must hold; a selector without any matches everything (apimachinery, LabelSelector). What an absent
 * one means differs from field to field: here too, everything.
 */
export function selectorOf(selector: LabelSelector | null | undefined): Selector {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  const requirements = selector?.matchExpressions ?? [];
  return {
    keys: [...wanted.map(([key]) => key), ...requirements.map(({ key }) => key)],
    matches: (labels) =>
      wanted.every(([key, value]) => labelOf(labels, key) === value) &&
      requirements.every((requirement) => holds(requirement, labelOf(labels, requirement.key))),
  };
}

function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value);
    // Holds for objects without that label too (apimachinery, labels.Requirement.Matches).
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

/** `constructor` is no label of every object. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
