/** IPv4 and IPv6 addresses as numbers, and blocks of them. */

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** First and last address, both included. */
export interface Block {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Undefined for what is no address. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseIPv6(text) : parseIPv4(text);
  return value === undefined ? undefined : { family: text.includes(':') ? 6 : 4, value };
}

/** The addresses of a CIDR, whatever its host bits; undefined for what is no CIDR. */
export function parseBlock(text: string): Block | undefined {
  const [, ip = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseAddress(ip);
  if (address === undefined || Number(length) > BITS[address.family]) return undefined;
  const host = BigInt(BITS[address.family] - Number(length));
  const first = (address.value >> host) << host;
  return { family: address.family, first, last: first + (1n << host) - 1n };
}

export function holds(block: Block, { family, value }: Address): boolean {
  return block.family === family && block.first <= value && value <= block.last;
}

/** One text for all ways to write an address, for maps. */
export function addressKey({ family, value }: Address): string {
  return `${family}/${value}`;
}

function parseIPv4(text: string): bigint | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return undefined;
  return BigInt(octets.reduce((value, octet) => value * 256 + octet, 0));
}

/** RFC 4291, section 2.2: eight groups, `::` for a run of zeros, the last two perhaps as an IPv4 address. */
function parseIPv6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groupsOf(head, tail === undefined);
  const after = tail === undefined ? [] : groupsOf(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => 0n), ...after];
  return groups.reduce((value, group) => (value << 16n) + group, 0n);
}

function groupsOf(text: string, isLast: boolean): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else {
      const embedded = isLast && at === parts.length - 1 ? parseIPv4(part) : undefined;
      if (embedded === undefined) return undefined;
      groups.push(embedded >> 16n, embedded & 0xffffn);
    }
  }
  return groups;
}
