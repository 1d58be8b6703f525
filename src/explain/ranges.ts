/** A range of addresses, cut wherever a policy's block begins or ends: within a piece, all get the same answer. */
import { type Address, addressKey, type Block, parseAddress, parseBlock } from '../policy/address.ts';
import type { World } from '../policy/world.ts';

export interface Range extends Block {
  /** One of its addresses, of nobody in the cluster if there is such a one. */
  readonly sample: string;
  /** Whether `sample` is nobody's. */
  readonly isOutside: boolean;
}

/** In order, without gaps. */
export function piecesOf(cidr: string, world: World): readonly Range[] {
  const block = parseBlock(cidr);
  if (block === undefined) throw new Error(`${cidr} is no CIDR`);
  const known = knownAddresses(world);
  const cuts = new Set([block.first]);
  for (const other of blocksIn([world.policies, world.adminPolicies])) {
    if (other.family !== block.family) continue;
    for (const cut of [other.first, other.last + 1n]) {
      if (block.first < cut && cut <= block.last) cuts.add(cut);
    }
  }
  const firsts = [...cuts].toSorted((a, b) => (a < b ? -1 : 1));
  return firsts.map((first, index) => {
    const next = firsts[index + 1];
    return rangeOf({ family: block.family, first, last: next === undefined ? block.last : next - 1n }, known);
  });
}

/** Texts of ranges, neighbours as one. */
export function rangeTexts(ranges: readonly Range[]): readonly string[] {
  const runs: Block[] = [];
  for (const { family, first, last } of ranges) {
    const before = runs.at(-1);
    if (before?.last === first - 1n) runs[runs.length - 1] = { ...before, last };
    else runs.push({ family, first, last });
  }
  return runs.map(blockText);
}

/** Every text in policies that reads as a block: ipBlocks, what they except, networks of admin policies. */
function blocksIn(value: unknown): readonly Block[] {
  if (typeof value === 'string') return [parseBlock(value)].filter((block) => block !== undefined);
  if (Array.isArray(value)) return value.flatMap(blocksIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(blocksIn) : [];
}

function knownAddresses({ pods, nodes, services }: World): ReadonlySet<string> {
  const texts = [
    ...pods.flatMap(({ ips }) => ips),
    ...nodes.flatMap(({ ips }) => ips),
    ...services.flatMap(({ clusterIPs }) => clusterIPs),
  ];
  return new Set(texts.flatMap((text) => parseAddress(text) ?? []).map(addressKey));
}

function rangeOf(block: Block, known: ReadonlySet<string>): Range {
  let value = block.first;
  while (value <= block.last && known.has(addressKey({ family: block.family, value }))) value += 1n;
  const isOutside = value <= block.last;
  const sample = addressText({ family: block.family, value: isOutside ? value : block.first });
  return { ...block, sample, isOutside };
}

const BITS = { 4: 32, 6: 128 } as const;

/** `203.0.113.0/25`, or `203.0.113.1 to 203.0.113.9`. */
function blockText({ family, first, last }: Block): string {
  const size = last - first + 1n;
  const isAligned = (size & (size - 1n)) === 0n && first % size === 0n;
  const text = addressText({ family, value: first });
  if (size === 1n) return text;
  if (!isAligned) return `${text} to ${addressText({ family, value: last })}`;
  return `${text}/${BITS[family] - (size.toString(2).length - 1)}`;
}

/** RFC 5952: the longest run of zero groups is left out. */
export function addressText({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)];
  const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index);
  const after = text.slice(longest.index + longest[0].length);
  return `${before}::${after.replace(/^:/, '')}`;
}
