/** Brings the newest forwarding state into the nodes' kernels: Services at once, policies as the behaviour says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CniBehaviour } from './behaviour.ts';
import { nodeNetns } from './fabric.ts';
import { latest } from './latest.ts';
import type { ForwardingState, NodeNetwork } from './network.ts';
import { indexCluster } from './policy/cluster.ts';
import { compilePolicies } from './policy/compile.ts';
import { Ruleset } from './ruleset.ts';
import { compileServices } from './services.ts';
import { Shell } from './shell.ts';

const EMPTY: ForwardingState = { namespaces: [], pods: [], policies: [], services: [] };

interface Wanted {
  readonly served: ForwardingState;
  readonly enforced: ForwardingState;
  readonly behaviour: CniBehaviour;
}

interface NodeRules {
  readonly name: string;
  readonly shell: Shell;
  readonly rules: Ruleset;
}

export class Programmer {
  readonly #nodes: readonly NodeRules[];
  readonly #closed = new AbortController();
  readonly #load = latest((wanted: Wanted) => this.#apply(wanted));
  #wanted: Wanted;
  /** States are numbered in the order they came; policies never go back to an older one. */
  #turn = 0;
  #enforcedTurn = 0;

  constructor(nodes: readonly NodeNetwork[], behaviour: CniBehaviour, onFault: (message: string) => void) {
    this.#wanted = { served: EMPTY, enforced: EMPTY, behaviour };
    this.#nodes = nodes.map(({ name }) => {
      const shell = new Shell(nodeNetns(name), `rules-${name}`);
      return { name, shell, rules: new Ruleset(shell, onFault) };
    });
  }

  async program(state: ForwardingState): Promise<void> {
    const turn = ++this.#turn;
    const { delayMs } = this.#wanted.behaviour;
    this.#wanted = { ...this.#wanted, served: state };
    if (delayMs > 0) {
      const { signal } = this.#closed;
      await Promise.all([this.#load(this.#wanted), sleep(delayMs, undefined, { signal })]);
    }
    // A change of behaviour may have brought a newer state into the kernel meanwhile.
    if (turn > this.#enforcedTurn) this.#enforce(state, turn);
    await this.#load(this.#wanted);
  }

  async behave(behaviour: CniBehaviour): Promise<void> {
    this.#wanted = { ...this.#wanted, behaviour };
    this.#enforce(this.#wanted.served, this.#turn);
    await this.#load(this.#wanted);
  }

  close(): void {
    this.#closed.abort();
    for (const { shell } of this.#nodes) shell.close();
  }

  #enforce(enforced: ForwardingState, turn: number): void {
    this.#wanted = { ...this.#wanted, enforced };
    this.#enforcedTurn = turn;
  }

  async #apply({ served, enforced, behaviour }: Wanted): Promise<void> {
    const services = compileServices(served.services);
    const cluster = indexCluster(enforced);
    await Promise.all(
      this.#nodes.map(({ name, rules }) => rules.load([services, compilePolicies(cluster, name, behaviour)])),
    );
  }
}
