/** One node's agent: which of the tables that it should program it does program. */
import type { AgentFaults } from '../behaviour.ts';
import type { Table } from '../nftables.ts';
import { POLICY_TABLE } from '../policy/compile.ts';

const NOTHING: Table = { name: POLICY_TABLE, collections: new Map(), chains: new Map() };

export class Agent {
  readonly #node: string;
  #programmed = NOTHING;
  #restarted = false;

  constructor(node: string) {
    this.#node = node;
  }

  /** A healthy one finds its rules in the kernel and goes on with them. */
  restart(): void {
    this.#restarted = true;
  }

  /** The restart is forgotten: the behaviour has changed. */
  recover(): void {
    this.#restarted = false;
  }

  program(faults: AgentFaults, rightly: () => Table): Table {
    this.#programmed = this.#decide(faults, rightly);
    return this.#programmed;
  }

  #decide({ dead, stopped, openAfterRestart }: AgentFaults, rightly: () => Table): Table {
    if (dead.includes(this.#node) || (openAfterRestart && this.#restarted)) return NOTHING;
    return stopped.includes(this.#node) ? this.#programmed : rightly();
  }
}
