/**
 * A kernel's tables as `nft` commands change them: as strict as the real one about what must be there and what may
 * still be referred to, so that a difference in a wrong order fails here.
 */
interface KernelTable {
  readonly sets: Map<string, { readonly type: string; readonly elements: Map<string, string> }>;
  readonly chains: Map<string, { readonly hook: string; rules: string[] }>;
}

export class Kernel {
  readonly tables = new Map<string, KernelTable>();

  /** One transaction; throws if the kernel would refuse it. */
  run(commands: readonly string[]): void {
    for (const command of commands) this.#step(command);
    for (const [name, table] of this.tables) {
      const missing = referencesIn(table).find(
        (reference) => !table.sets.has(reference) && !table.chains.has(reference),
      );
      if (missing !== undefined) throw new Error(`${name} refers to ${missing}, which is not there`);
    }
  }

  #step(command: string): void {
    const [, verb = '', kind = '', table = '', rest = ''] =
      /^(add|delete|flush) (table|set|map|chain|rule|element) (\S+ \S+) ?(.*)$/.exec(command) ?? [];
    if (kind === 'table') this.#table(verb, table);
    else this.#inTable(`${verb} ${kind}`, have(this.tables, table), rest);
  }

  #table(verb: string, name: string): void {
    if (verb === 'delete') have(this.tables, name);
    if (verb === 'delete') this.tables.delete(name);
    else if (!this.tables.has(name)) this.tables.set(name, { sets: new Map(), chains: new Map() });
  }

  #inTable(action: string, table: KernelTable, rest: string): void {
    const [, name = '', body = ''] = /^(\S+) ?(.*)$/.exec(rest) ?? [];
    const inside = /^\{ (.*) \}$/.exec(body)?.[1] ?? '';
    switch (action) {
      case 'add set':
      case 'add map':
        return create(table.sets, name, { type: inside, elements: new Map() });
      case 'add chain':
        return create(table.chains, name, { hook: inside, rules: [] });
      case 'add rule':
        for (const reference of referencesOf(body)) have(table, reference);
        have(table.chains, name).rules.push(body);
        return;
      case 'add element':
        return addElements(table, name, inside);
      case 'delete element':
        return deleteElements(table, name, inside);
      case 'flush chain':
        have(table.chains, name).rules = [];
        return;
      case 'delete chain':
        return remove(table, table.chains, name);
      case 'delete set':
      case 'delete map':
        return remove(table, table.sets, name);
      default:
        throw new Error(`unread command: ${action} ${rest}`);
    }
  }
}

function addElements(table: KernelTable, name: string, inside: string): void {
  for (const element of inside.split(', ')) {
    const [key = '', value = ''] = element.split(' : ');
    for (const reference of referencesOf(value)) have(table, reference);
    create(have(table.sets, name).elements, key, value);
  }
}

function deleteElements(table: KernelTable, name: string, inside: string): void {
  const { elements } = have(table.sets, name);
  for (const element of inside.split(', ')) {
    const [key = '', value = ''] = element.split(' : ');
    if (elements.get(key) !== value) throw new Error(`no element ${element} in ${name}`);
    elements.delete(key);
  }
}

function create<T>(all: Map<string, T>, name: string, made: T): void {
  if (all.has(name)) throw new Error(`${name} is there already`);
  all.set(name, made);
}

function remove(table: KernelTable, all: Map<string, unknown>, name: string): void {
  have(all, name);
  all.delete(name);
  if (referencesIn(table).includes(name)) throw new Error(`${name} is still referred to`);
}

function have<T>(all: ReadonlyMap<string, T> | KernelTable, name: string): T {
  const found = 'sets' in all ? (all.sets.get(name) ?? all.chains.get(name)) : all.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found as T;
}

/** Sets and chains that a rule or verdict names. */
function referencesOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:@|goto |jump )(\w+)/g)].map(([, name = '']) => name);
}

function referencesIn({ sets, chains }: KernelTable): readonly string[] {
  const rules = [...chains.values()].flatMap((chain) => chain.rules);
  const verdicts = [...sets.values()].flatMap(({ elements }) => [...elements.values()]);
  return [...rules, ...verdicts].flatMap(referencesOf);
}
