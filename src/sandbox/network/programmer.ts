/** Brings the newest forwarding state into the nodes' kernels: Services at once, policies as the behaviour says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CniBehaviour } from './behaviour.ts';
import { nodeNetns } from './fabric.ts';
import { latest } from './latest.ts';
import type { ForwardingState, NodeNetwork } from './network.ts';
import { compilePolicies } from './policy/compile.ts';
import { Ruleset } from './ruleset.ts';
import { compileServices } from './services.ts';

const EMPTY: ForwardingState = { namespaces: [], pods: [], policies: [], services: [] };

interface NodeRules {
  readonly name: string;
  readonly services: Ruleset;
  readonly policies: Ruleset;
}

export class Programmer {
  readonly #nodes: readonly NodeRules[];
  readonly #closed = new AbortController();
  readonly #services = latest((state: ForwardingState) => this.#loadServices(state));
  readonly #policies = latest((state: ForwardingState) => this.#loadPolicies(state));
  #behaviour: CniBehaviour;
  #newest = EMPTY;
  /** States are numbered in the order they came; policies never go back to an older one. */
  #turn = 0;
  #enforcedTurn = 0;
  #enforced: Promise<void> = Promise.resolve();

  constructor(nodes: readonly NodeNetwork[], behaviour: CniBehaviour) {
    this.#behaviour = behaviour;
    this.#nodes = nodes.map(({ name }) => {
      const netns = nodeNetns(name);
      return { name, services: new Ruleset(netns), policies: new Ruleset(netns) };
    });
  }

  async program(state: ForwardingState): Promise<void> {
    const turn = ++this.#turn;
    this.#newest = state;
    await Promise.all([this.#services(state), this.#enforceLater(state, turn)]);
  }

  async behave(behaviour: CniBehaviour): Promise<void> {
    this.#behaviour = behaviour;
    await this.#enforce(this.#newest, this.#turn);
  }

  close(): void {
    this.#closed.abort();
  }

  async #enforceLater(state: ForwardingState, turn: number): Promise<void> {
    const { delayMs } = this.#behaviour;
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#closed.signal });
    // A change of behaviour may have brought a newer state into the kernel meanwhile.
    await (turn < this.#enforcedTurn ? this.#enforced : this.#enforce(state, turn));
  }

  #enforce(state: ForwardingState, turn: number): Promise<void> {
    this.#enforcedTurn = turn;
    this.#enforced = this.#policies(state);
    return this.#enforced;
  }

  async #loadServices(state: ForwardingState): Promise<void> {
    const text = compileServices(state.services);
    await Promise.all(this.#nodes.map((node) => node.services.load(text)));
  }

  async #loadPolicies(state: ForwardingState): Promise<void> {
    const behaviour = this.#behaviour;
    await Promise.all(
      this.#nodes.map((node) => node.policies.load(compilePolicies(state, node.name, behaviour))),
    );
  }
}
