/**
 * Walks a packet through a compiled nftables table: an interpreter for the few statements that the policy compiler
 * writes. Anything else throws, so that no rule goes unread.
 */
import { HEALTHY } from './cluster.ts';
import type { ForwardingState } from '../../../src/sandbox/network/network.ts';
import type { Table } from '../../../src/sandbox/network/nftables.ts';
import { indexCluster } from '../../../src/sandbox/network/policy/cluster.ts';
import { compilePolicies } from '../../../src/sandbox/network/policy/compile.ts';
import type { Enforcement } from '../../../src/sandbox/network/policy/compile.ts';

export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
}

export type Fate = 'accept' | 'drop' | 'reset' | 'port-unreachable';

/** The fate of a new connection's first packet: every node on its way has a say. */
export function fateOf(state: ForwardingState, packet: Packet, enforcement: Enforcement = HEALTHY): Fate {
  const nodes = state.pods.filter(({ ip }) => ip === packet.from || ip === packet.to).map(({ node }) => node);
  for (const node of new Set(nodes)) {
    const table = compilePolicies(indexCluster(state), node, enforcement);
    for (const base of ['egress', 'ingress']) {
      const fate = table.chains.has(base) ? walk(table, base, packet) : undefined;
      if (fate !== undefined && fate !== 'accept') return fate;
    }
  }
  return 'accept';
}

/** Undefined if the chain's end was reached without a decision. */
function walk(table: Table, chain: string, packet: Packet): Fate | undefined {
  const lines = table.chains.get(chain)?.rules;
  if (lines === undefined) throw new Error(`no chain ${chain}`);
  for (const line of lines) {
    const [decided, fate] = step(table, line, packet);
    if (decided) return fate;
  }
  return undefined;
}

/** Whether the line ends its chain, and how. */
function step(table: Table, line: string, packet: Packet): readonly [boolean, Fate | undefined] {
  let rest = line;
  for (;;) {
    const matched = MATCHES.map(({ pattern, holds }) => ({ holds, found: pattern.exec(rest) })).find(
      ({ found }) => found !== null,
    );
    if (matched?.found == null) return conclude(table, rest, packet);
    if (!matched.holds(matched.found, packet, table)) return [false, undefined];
    rest = rest.slice(matched.found[0].length).trimStart();
  }
}

function conclude(table: Table, statement: string, packet: Packet): readonly [boolean, Fate | undefined] {
  const [word, target = ''] = statement.split(' ');
  if (statement === 'accept' || statement === 'drop') return [true, statement];
  if (statement === 'reject with tcp reset') return [true, 'reset'];
  if (statement === 'reject with icmp port-unreachable') return [true, 'port-unreachable'];
  if (word === 'goto') return [true, walk(table, target, packet)];
  if (word === 'jump') {
    const fate = walk(table, target, packet);
    return [fate !== undefined, fate];
  }
  const [, side, map = ''] = /^ip (saddr|daddr) vmap @(\S+)$/.exec(statement) ?? [];
  if (side === undefined) throw new Error(`unread statement: ${statement}`);
  const verdict = elementsOf(table, map).get(addressOf(packet, side));
  return verdict === undefined ? [false, undefined] : conclude(table, verdict, packet);
}

const MATCHES: readonly {
  readonly pattern: RegExp;
  readonly holds: (found: RegExpExecArray, packet: Packet, table: Table) => boolean;
}[] = [
  // A connection's first packet is neither.
  { pattern: /^ct state established,related/, holds: () => false },
  {
    pattern: /^ip saddr \. ip daddr @(\S+)/,
    holds: ([, set = ''], { from, to }, table) => elementsOf(table, set).has(`${from} . ${to}`),
  },
  {
    pattern: /^ip daddr \. (tcp|udp|sctp) dport @(\S+)/,
    holds: ([, protocol, set = ''], packet, table) =>
      protocol === packet.protocol && elementsOf(table, set).has(`${packet.to} . ${packet.port}`),
  },
  {
    pattern: /^ip (saddr|daddr) @(\S+)/,
    holds: ([, side = '', set = ''], packet, table) =>
      [...elementsOf(table, set).keys()].some((element) =>
        covers(element, number(addressOf(packet, side)), number),
      ),
  },
  { pattern: /^meta l4proto (\S+)/, holds: ([, protocol], packet) => protocol === packet.protocol },
  {
    pattern: /^(tcp|udp|sctp) dport (?:\{ ([^}]*) \}|([\d-]+))/,
    holds: ([, protocol, several, one = ''], packet) =>
      protocol === packet.protocol &&
      (several ?? one).split(', ').some((part) => covers(part, packet.port, Number)),
  },
];

function elementsOf(table: Table, name: string): ReadonlyMap<string, string> {
  const elements = table.collections.get(name)?.elements;
  if (elements === undefined) throw new Error(`no set ${name}`);
  return elements;
}

function covers(range: string, value: number, read: (text: string) => number): boolean {
  const [first = '', last = first] = range.split('-');
  return read(first) <= value && value <= read(last);
}

function addressOf({ from, to }: Packet, side: string): string {
  return side === 'saddr' ? from : to;
}

function number(address: string): number {
  return Number(
    `0x${address
      .split('.')
      .map((octet) => Number(octet).toString(16).padStart(2, '0'))
      .join('')}`,
  );
}
