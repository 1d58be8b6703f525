/** Keeps nftables tables of one namespace as wanted, changing in the kernel only what differs. */
import { difference, rebuild } from './difference.ts';
import type { Table } from './nftables.ts';
import type { Shell } from './shell.ts';

export class Ruleset {
  readonly #shell: Shell;
  readonly #onFault: (message: string) => void;
  /** What the kernel has, by name; empty if that is not known. */
  #loaded: ReadonlyMap<string, Table> = new Map();

  /** @param onFault told when the kernel refused a change, so that everything was loaded anew */
  constructor(shell: Shell, onFault: (message: string) => void) {
    this.#shell = shell;
    this.#onFault = onFault;
  }

  /** One transaction: the kernel has all of the tables or, after a rejection, what it had before. */
  async load(tables: readonly Table[]): Promise<void> {
    const loaded = this.#loaded;
    const changes = tables.flatMap((table) => {
      const before = loaded.get(table.name);
      return before === undefined ? rebuild(table) : difference(before, table);
    });
    if (changes.length === 0) return;
    this.#loaded = new Map();
    if (loaded.size === 0) await this.#run(changes);
    else await this.#run(changes).catch((error: unknown) => this.#reload(tables, error));
    this.#loaded = new Map(tables.map((table) => [table.name, table]));
  }

  /** The whole needs nothing of what the kernel has. */
  async #reload(tables: readonly Table[], refusal: unknown): Promise<void> {
    this.#onFault(`a change of the ruleset was refused, so all of it is loaded anew: ${String(refusal)}`);
    await this.#run(tables.flatMap(rebuild));
  }

  #run(commands: readonly string[]): Promise<void> {
    return this.#shell.run(["nft -f - <<'END'", ...commands, 'END', ''].join('\n'));
  }
}
