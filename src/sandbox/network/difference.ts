/** The `nft` commands that lead from one table to another, for one transaction; pure. */
import type { Chain, Table } from './nftables.ts';

/** The table anew, whatever is there. */
export function rebuild(table: Table): readonly string[] {
  const empty: Table = { name: table.name, collections: new Map(), chains: new Map() };
  const { name } = table;
  return [...remove(name), `add table ${name}`, ...difference(empty, table)];
}

/** The table gone, whether it is there or not. */
export function remove(name: string): readonly string[] {
  return [`add table ${name}`, `delete table ${name}`];
}

/**
 * Only what differs. The order matters: the kernel refuses to delete what something still refers to, and to refer
 * to what is not there yet.
 *
 * @param before what is in the kernel; a collection's kind and type and a chain's hook never change under one name
 */
export function difference(before: Table, after: Table): readonly string[] {
  const table = after.name;
  const chains = compare(before.chains, after.chains, sameRules);
  const collections = compare(before.collections, after.collections, (a, b) => a.elements === b.elements);
  const elements = collections.kept.map(([name, was, is]) => ({
    name,
    ...compare(was.elements, is.elements, (a, b) => a === b),
  }));
  return [
    ...[...chains.gone, ...chains.kept].map(([name]) => `flush chain ${table} ${name}`),
    ...collections.gone.map(([name, { kind }]) => `delete ${kind} ${table} ${name}`),
    // The kernel has no command for another value under the same key.
    ...elements.flatMap(({ name, gone, kept }) =>
      elementsCommand('delete', table, name, [...gone, ...kept.map(([key, was]) => [key, was] as const)]),
    ),
    ...collections.fresh.map(([name, { kind, type }]) => `add ${kind} ${table} ${name} { type ${type}; }`),
    ...chains.fresh.map(([name, { hook }]) => `add chain ${table} ${name}${hook ? ` { ${hook} }` : ''}`),
    ...[...chains.fresh, ...chains.kept.map(([name, , is]) => [name, is] as const)].flatMap(
      ([name, { rules }]) => rules.map((rule) => `add rule ${table} ${name} ${rule}`),
    ),
    ...collections.fresh.flatMap(([name, is]) => elementsCommand('add', table, name, [...is.elements])),
    ...elements.flatMap(({ name, fresh, kept }) =>
      elementsCommand('add', table, name, [...fresh, ...kept.map(([key, , is]) => [key, is] as const)]),
    ),
    ...chains.gone.map(([name]) => `delete chain ${table} ${name}`),
  ];
}

interface Compared<T> {
  readonly gone: readonly (readonly [string, T])[];
  readonly fresh: readonly (readonly [string, T])[];
  /** What is in both and not the same. */
  readonly kept: readonly (readonly [string, T, T])[];
}

function compare<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  same: (before: T, after: T) => boolean,
): Compared<T> {
  const gone: (readonly [string, T])[] = [];
  const fresh: (readonly [string, T])[] = [];
  const kept: (readonly [string, T, T])[] = [];
  for (const [key, is] of after) {
    const was = before.get(key);
    if (was === undefined) fresh.push([key, is]);
    else if (!same(was, is)) kept.push([key, was, is]);
  }
  // Mostly nothing has gone, and the two sizes tell so.
  if (before.size + fresh.length > after.size) {
    for (const [key, was] of before) if (!after.has(key)) gone.push([key, was]);
  }
  return { gone, fresh, kept };
}

function sameRules(before: Chain, after: Chain): boolean {
  if (before === after) return true;
  return (
    before.rules.length === after.rules.length &&
    before.rules.every((rule, index) => rule === after.rules[index])
  );
}

/** nftables has no notation for an empty list of elements. */
function elementsCommand(
  command: 'add' | 'delete',
  table: string,
  name: string,
  entries: readonly (readonly [string, string])[],
): readonly string[] {
  if (entries.length === 0) return [];
  const texts = entries.map(([key, value]) => (value === '' ? key : `${key} : ${value}`));
  return [`${command} element ${table} ${name} { ${texts.join(', ')} }`];
}
