/** Keeps nftables tables of one namespace as wanted, changing in the kernel only what differs. */
import { difference, rebuild, remove } from './difference.ts';
import type { Table } from './nftables.ts';
import type { Shell } from './shell.ts';

export class Ruleset {
  readonly #shell: Shell;
  readonly #onFault: (message: string) => void;
  /** What the kernel has, by name; empty if that is not known. */
  #loaded: ReadonlyMap<string, Table> = new Map();
  /** The names of all that the kernel may have. */
  readonly #names = new Set<string>();

  /** @param onFault told when the kernel refused a change, so that everything was loaded anew */
  constructor(shell: Shell, onFault: (message: string) => void) {
    this.#shell = shell;
    this.#onFault = onFault;
  }

  /** One transaction: the kernel has these tables alone or, after a rejection, what it had before. */
  async load(tables: readonly Table[]): Promise<void> {
    const loaded = this.#loaded;
    const gone = [...this.#names].filter((name) => tables.every((table) => table.name !== name));
    const changes = tables.flatMap((table) => {
      const before = loaded.get(table.name);
      return before === undefined ? rebuild(table) : difference(before, table);
    });
    if (changes.length + gone.length === 0) return;
    this.#loaded = new Map();
    for (const { name } of tables) this.#names.add(name);
    const all = [...gone.flatMap(remove), ...changes];
    if (loaded.size === 0) await this.#run(all);
    else await this.#run(all).catch((error: unknown) => this.#reload(gone, tables, error));
    this.#loaded = new Map(tables.map((table) => [table.name, table]));
    for (const name of gone) this.#names.delete(name);
  }

  /** The whole needs nothing of what the kernel has. */
  async #reload(gone: readonly string[], tables: readonly Table[], refusal: unknown): Promise<void> {
    this.#onFault(`a change of the ruleset was refused, so all of it is loaded anew: ${String(refusal)}`);
    await this.#run([...gone.flatMap(remove), ...tables.flatMap(rebuild)]);
  }

  #run(commands: readonly string[]): Promise<void> {
    return this.#shell.run(["nft -f - <<'END'", ...commands, 'END', ''].join('\n'));
  }
}
