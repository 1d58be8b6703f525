/** What is wrong around the enforcement of policies, as far as it is processes and links. */
import { builtProgram } from '../../../package.ts';
import type { CniBehaviour, WorldFaults } from '../behaviour.ts';
import { limitAnswers, nodeNetns } from '../fabric.ts';
import { Helper } from '../helper.ts';
import type { NodeNetwork } from '../network.ts';
import { SlowLink } from './slow-link.ts';

/** What of cluster DNS can be held up. */
interface Freezable {
  freeze(frozen: boolean): void;
}

export class World {
  readonly #nodes: readonly NodeNetwork[];
  readonly #dns: Freezable;
  readonly #onDeath: (message: string) => void;
  readonly #link: SlowLink;
  #proxies: readonly Helper<never, never>[] = [];

  constructor(nodes: readonly NodeNetwork[], dns: Freezable, onDeath: (message: string) => void) {
    this.#nodes = nodes;
    this.#dns = dns;
    this.#onDeath = onDeath;
    this.#link = new SlowLink(nodes, onDeath);
  }

  async behave({ world, denial }: CniBehaviour): Promise<void> {
    this.#dns.freeze(world.dnsDead);
    const limited = denial === 'reject-icmp' ? 'as-linux' : 'none';
    await Promise.all([
      this.#link.delay(world.linkDelayMs),
      this.#proxy(world),
      ...this.#nodes.map(({ name }) => limitAnswers(name, limited)),
    ]);
  }

  close(): void {
    this.#link.close();
    for (const proxy of this.#proxies) proxy.close();
  }

  async #proxy({ intercepts }: WorldFaults): Promise<void> {
    if (intercepts && this.#proxies.length === 0) {
      this.#proxies = await Promise.all(this.#nodes.map(({ name }) => this.#startProxy(name)));
    }
    if (intercepts) return;
    for (const proxy of this.#proxies) proxy.close();
    this.#proxies = [];
  }

  #startProxy(node: string): Promise<Helper<never, never>> {
    return Helper.start<never, never>({
      netns: nodeNetns(node),
      program: builtProgram('sandbox/network/defects/proxy'),
      onMessage: () => {},
      onDeath: this.#onDeath,
    });
  }
}
