/** Compiled tables, changed so that packets take a wrong turn; pure. */
import type { RuleDefect } from '../behaviour.ts';
import type { Chain, Table } from '../nftables.ts';
import { KNOWN_CONNECTIONS } from '../policy/compile.ts';

const DEFECTS: Readonly<Record<RuleDefect, (table: Table) => Table>> = {
  'udp-unfiltered': eachBase((rules) => ['meta l4proto udp accept', ...rules]),
  // Both ends' links are this node's, see pods.ts.
  'same-node-unfiltered': eachBase((rules) => ['iifname "pod*" oifname "pod*" accept', ...rules]),
  // Only answers pass unasked, so that every further packet of the one who began is judged by the policies of now.
  'established-cut': eachBase((rules) =>
    rules.flatMap((rule) =>
      rule === KNOWN_CONNECTIONS
        ? ['ct state related accept', 'ct direction reply ct state established accept']
        : [rule],
    ),
  ),
  'policy-before-dnat': egressFirst,
};

export function withDefects(table: Table, defects: readonly RuleDefect[]): Table {
  return defects.reduce((before, name) => DEFECTS[name](before), table);
}

/** These pods' packets pass as if no policy selected them. */
export function leftOpen(table: Table, addresses: ReadonlySet<string>): Table {
  if (addresses.size === 0) return table;
  const collections = [...table.collections].map(([name, collection]) => {
    if (!name.endsWith('_isolated')) return [name, collection] as const;
    const elements = new Map([...collection.elements].filter(([address]) => !addresses.has(address)));
    return [name, { ...collection, elements }] as const;
  });
  return { ...table, collections: new Map(collections) };
}

/** Changes the rules of the chains that packets enter by. */
function eachBase(change: (rules: readonly string[]) => readonly string[]): (table: Table) => Table {
  return eachChain((name, chain) => [
    name,
    chain.hook === undefined ? chain : { ...chain, rules: change(chain.rules) },
  ]);
}

/**
 * Egress is judged before Services are translated. That is before routing too, where a packet for the node itself,
 * which is never filtered, has not left the way yet. A chain's hook never changes under one name.
 */
function egressFirst(table: Table): Table {
  const hook = 'type filter hook prerouting priority dstnat - 5; policy accept;';
  return eachChain((name, chain) =>
    name === 'egress'
      ? ['egress_before_dnat', { hook, rules: ['fib daddr type local accept', ...chain.rules] }]
      : [name, chain],
  )(table);
}

function eachChain(change: (name: string, chain: Chain) => readonly [string, Chain]) {
  return (table: Table): Table => ({
    ...table,
    chains: new Map([...table.chains].map(([name, chain]) => change(name, chain))),
  });
}
