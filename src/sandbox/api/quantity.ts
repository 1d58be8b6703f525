/** Resource quantities: `100m`, `64Mi`, `1e3`. */
const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const PATTERN = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Undefined for text that is no quantity. */
export function parseQuantity(value: string | number): number | undefined {
  const match = PATTERN.exec(String(value));
  if (!match) return undefined;
  return Number(`${match[1]}${match[2] ?? ''}`) * (SUFFIX[match[3] ?? ''] ?? 1);
}
