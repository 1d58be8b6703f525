/** Pieces of nftables text. Names are numbered, never taken from objects, so no object's text reaches `nft`. */

/** `head { lines }`, indented. */
export function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), '}'];
}

/** A set or map; nftables has no notation for an empty list of elements. */
export function collection(head: string, type: string, elements: readonly string[]): readonly string[] {
  const filled = elements.length === 0 ? [] : [`elements = { ${elements.join(', ')} }`];
  return block(head, [`type ${type};`, ...filled]);
}

/** A table that replaces, in the same transaction, the one of that name that may be there. */
export function replaceTable(name: string, lines: readonly string[]): string {
  return [`table ${name} {}`, `delete table ${name}`, ...block(`table ${name}`, lines), ''].join('\n');
}

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['SCTP', 'sctp'],
]);

/** nftables' word for a Kubernetes protocol; undefined if it is none. */
export function protocolOf(protocol: string): string | undefined {
  return PROTOCOLS.get(protocol);
}

/** Gives equal contents one numbered name, in the order they come. */
export class Numbered {
  readonly #prefix: string;
  readonly #names = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The name of what has those lines. */
  name(lines: readonly string[]): string {
    const content = lines.join('\n');
    const known = this.#names.get(content);
    if (known !== undefined) return known;
    const name = `${this.#prefix}_${this.#names.size + 1}`;
    this.#names.set(content, name);
    return name;
  }

  /** Everything named so far. */
  all(): readonly { readonly name: string; readonly lines: readonly string[] }[] {
    return [...this.#names].map(([content, name]) => ({ name, lines: content.split('\n') }));
  }
}
