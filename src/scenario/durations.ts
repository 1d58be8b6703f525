/** Durations as they are written: `500ms`, `1s`, `2m`. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

export const DURATION_PATTERN = '^[0-9]{1,7}(\\.[0-9]{1,3})?(ms|s|m)$';

/** Milliseconds, or undefined if the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^([0-9]{1,7}(?:\.[0-9]{1,3})?)(ms|s|m)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}
