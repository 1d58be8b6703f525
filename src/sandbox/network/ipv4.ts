/** IPv4 addresses as numbers, and ranges of them. */

/** First and last address, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Undefined for what is not a dotted IPv4 address, IPv6 included. */
export function parseAddress(text: string): number | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((address, octet) => address * 256 + octet, 0);
}

/** The addresses of a CIDR, whatever its host bits; undefined for what is no IPv4 CIDR. */
export function parseCidr(text: string): Range | undefined {
  const [, ip = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const address = parseAddress(ip);
  if (address === undefined || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

/** What of the ranges is not in `hole`. */
export function without(ranges: readonly Range[], hole: Range): readonly Range[] {
  return ranges.flatMap(({ first, last }) =>
    [
      { first, last: Math.min(last, hole.first - 1) },
      { first: Math.max(first, hole.last + 1), last },
    ].filter((part) => part.first <= part.last),
  );
}

/** The same numbers in ascending ranges that neither overlap nor touch, as nftables wants them. */
export function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1) merged.push(range);
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return merged;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
