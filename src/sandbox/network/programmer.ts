/** Brings the newest forwarding state into the nodes' kernels: Services at once, policies as the behaviour says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CniBehaviour } from './behaviour.ts';
import { Agent } from './defects/agent.ts';
import { Newcomers } from './defects/newcomers.ts';
import { readerWith } from './defects/reading.ts';
import { withRemoved } from './defects/removal.ts';
import { leftOpen, withDefects } from './defects/rules.ts';
import { worldTables } from './defects/world-rules.ts';
import { nodeNetns } from './fabric.ts';
import { latest } from './latest.ts';
import type { ForwardingState, NodeNetwork } from './network.ts';
import type { Table } from './nftables.ts';
import { indexCluster } from './policy/cluster.ts';
import type { Cluster } from './policy/cluster.ts';
import { compilePolicies } from './policy/compile.ts';
import { Ruleset } from './ruleset.ts';
import { compileServices } from './services.ts';
import { Shell } from './shell.ts';

const EMPTY: ForwardingState = { namespaces: [], pods: [], policies: [], services: [] };

interface Wanted {
  readonly served: ForwardingState;
  readonly enforced: ForwardingState;
  readonly behaviour: CniBehaviour;
  /** What a behaviour remembers begins with it. */
  readonly read: ReturnType<typeof readerWith>;
  readonly newcomers: Newcomers;
}

interface NodeRules {
  readonly node: NodeNetwork;
  readonly agent: Agent;
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
    this.#wanted = { served: EMPTY, enforced: EMPTY, ...beginning(behaviour, EMPTY) };
    this.#nodes = nodes.map((node) => {
      const shell = new Shell(nodeNetns(node.name), `rules-${node.name}`);
      return { node, agent: new Agent(node.name), shell, rules: new Ruleset(shell, onFault) };
    });
  }

  async program(state: ForwardingState): Promise<void> {
    const turn = ++this.#turn;
    const { delayMs } = this.#wanted.behaviour;
    this.#wanted = { ...this.#wanted, served: state };
    if (delayMs > 0) await Promise.all([this.#load(this.#wanted), this.#pause(delayMs)]);
    // A change of behaviour may have brought a newer state into the kernel meanwhile.
    if (turn > this.#enforcedTurn) this.#enforce(state, turn);
    const { newcomers, behaviour } = this.#wanted;
    const fresh = newcomers.admit(this.#wanted.enforced.pods);
    await this.#load(this.#wanted);
    if (fresh.length === 0) return;
    await this.#pause(behaviour.newPodsOpenMs);
    newcomers.close(fresh);
    await this.#load(this.#wanted);
  }

  caughtUp(): Promise<void> {
    return this.#load(this.#wanted);
  }

  async behave(behaviour: CniBehaviour): Promise<void> {
    const { served } = this.#wanted;
    for (const { agent } of this.#nodes) agent.recover();
    this.#wanted = { served, enforced: served, ...beginning(behaviour, served) };
    this.#enforcedTurn = this.#turn;
    await this.#load(this.#wanted);
  }

  /** Rejects if there is no such node. */
  async restartAgent(name: string): Promise<void> {
    const found = this.#nodes.find(({ node }) => node.name === name);
    if (found === undefined) throw new Error(`no node ${JSON.stringify(name)}`);
    found.agent.restart();
    await this.#load(this.#wanted);
  }

  close(): void {
    this.#closed.abort();
    for (const { shell } of this.#nodes) shell.close();
  }

  #enforce(state: ForwardingState, turn: number): void {
    const { behaviour, enforced } = this.#wanted;
    const policies = behaviour.neverRemoves ? withRemoved(enforced.policies, state.policies) : state.policies;
    this.#wanted = { ...this.#wanted, enforced: { ...state, policies } };
    this.#enforcedTurn = turn;
  }

  async #apply({ served, enforced, behaviour, read, newcomers }: Wanted): Promise<void> {
    const services = compileServices(served.services);
    const cluster = indexCluster({ ...enforced, policies: read(enforced.policies) });
    const open = newcomers.addresses;
    await Promise.all(
      this.#nodes.map(({ node, agent, rules }) => {
        const policies = agent.program(behaviour.agents, () =>
          leftOpen(policiesOf(cluster, node.name, behaviour), open),
        );
        return rules.load([services, policies, ...worldTables(behaviour.world, node)]);
      }),
    );
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closed.signal });
  }
}

function beginning(behaviour: CniBehaviour, { pods }: ForwardingState) {
  return {
    behaviour,
    read: readerWith(behaviour.misreadings),
    newcomers: new Newcomers(behaviour.newPodsOpenMs, pods),
  };
}

function policiesOf(cluster: Cluster, node: string, behaviour: CniBehaviour): Table {
  return withDefects(compilePolicies(cluster, node, behaviour), behaviour.ruleDefects);
}
