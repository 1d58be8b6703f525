/** One fault in one field, in the real server's words. */
export interface FieldError {
  readonly reason: string;
  readonly field: string;
  /** Message without the field: `Required value: …`. */
  readonly text: string;
}

const shown = (value: unknown): string => JSON.stringify(value) ?? 'null';
const withDetail = (head: string, detail: string): string => (detail ? `${head}: ${detail}` : head);

export const required = (field: string, detail = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  text: withDetail('Required value', detail),
});

export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  text: withDetail(`Invalid value: ${shown(value)}`, detail),
});

export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  text: `Unsupported value: ${shown(value)}: supported values: ${[...supported].toSorted().map(shown).join(', ')}`,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueDuplicate',
  field,
  text: `Duplicate value: ${shown(value)}`,
});

export const forbiddenField = (field: string, detail: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  text: withDetail('Forbidden', detail),
});

/** Faults of every item of a list, each under its own index. */
export const each = <T>(
  items: readonly T[] | undefined,
  field: string,
  check: (item: T, field: string, index: number) => readonly FieldError[],
): FieldError[] => (items ?? []).flatMap((item, i) => check(item, `${field}[${i}]`, i));

/** Faults for values that occur again under the same field. */
export const unique = <T>(
  items: readonly T[] | undefined,
  key: (item: T) => string | undefined,
  field: (index: number) => string,
): FieldError[] => {
  const seen = new Set<string>();
  return (items ?? []).flatMap((item, i) => {
    const value = key(item);
    if (value === undefined || value === '') return [];
    if (seen.has(value)) return [duplicate(field(i), value)];
    seen.add(value);
    return [];
  });
};
