/**
 * A slow link between nodes: pods' packets go through a VXLAN tunnel over a relay that holds them up. The kernel's
 * own delay (the queueing discipline netem) would be simpler, but many kernels are built without it.
 */
import { NetproofError } from '../../../model/errors.ts';
import { builtProgram } from '../../../package.ts';
import { macOf } from '../addresses.ts';
import { nodeNetns } from '../fabric.ts';
import { Helper } from '../helper.ts';
import { inNetns, run } from '../kernel.ts';
import { CONTROL_PLANE } from '../network.ts';
import type { NodeNetwork } from '../network.ts';
import type { Delay } from './relay.ts';
import { VXLAN_PORT } from './vxlan.ts';

const LINK = 'slow0';
/** `nsenter` stays where it is: in the daemon's own namespace, which is the underlay. */
const UNDERLAY_NETNS = '/proc/self/ns/net';

export class SlowLink {
  readonly #nodes: readonly NodeNetwork[];
  readonly #onDeath: (message: string) => void;
  #relay: Helper<Delay, never> | undefined;
  #delayMs = 0;

  constructor(nodes: readonly NodeNetwork[], onDeath: (message: string) => void) {
    this.#nodes = nodes;
    this.#onDeath = onDeath;
  }

  /** 0: the link as it was. */
  async delay(delayMs: number): Promise<void> {
    if (delayMs === this.#delayMs) return;
    await this.#remove();
    if (delayMs > 0) await this.#insert(delayMs);
    this.#delayMs = delayMs;
  }

  close(): void {
    this.#relay?.close();
  }

  async #insert(delayMs: number): Promise<void> {
    this.#relay = await Helper.start<Delay, never>({
      netns: UNDERLAY_NETNS,
      program: builtProgram('sandbox/network/defects/relay'),
      onMessage: () => {},
      first: () => ({ delayMs }),
      onDeath: this.#onDeath,
    });
    try {
      await this.#onNodes((node, others) => [...tunnel(node, others), ...others.map(detour)]);
    } catch (error) {
      // Some nodes may have what others lack.
      await this.#remove().catch(() => {});
      const why = error instanceof Error ? error.message : String(error);
      throw new NetproofError('sandbox-failed', `slow-link needs VXLAN in the kernel: ${why}`);
    }
  }

  async #remove(): Promise<void> {
    const relay = this.#relay;
    if (relay === undefined) return;
    this.#relay = undefined;
    this.#delayMs = 0;
    try {
      await this.#onNodes((_node, others) => [...others.map(directRoute), `link del ${LINK}`]);
    } finally {
      relay.close();
    }
  }

  async #onNodes(
    lines: (node: NodeNetwork, others: readonly NodeNetwork[]) => readonly string[],
  ): Promise<void> {
    const runs = this.#nodes.map((node) => {
      const script = lines(
        node,
        this.#nodes.filter((other) => other !== node),
      ).join('\n');
      return run(inNetns(nodeNetns(node.name), ['ip', '-batch', '-']), `${script}\n`);
    });
    await Promise.all(runs);
  }
}

/** Its far end is always the relay, which knows each frame's receiver by its link address. */
function tunnel({ ip }: NodeNetwork, others: readonly NodeNetwork[]): readonly string[] {
  const way = `local ${ip} remote ${CONTROL_PLANE.ip} dstport ${VXLAN_PORT} dev eth0`;
  return [
    `link add ${LINK} address ${macOf(ip)} type vxlan id 1 ${way} nolearning`,
    // Packets that the kernel joined to save work go out one by one, as they would on a wire.
    `link set ${LINK} gso_max_segs 1 addrgenmode none up`,
    ...others.map((other) => `neigh replace ${other.ip} lladdr ${macOf(other.ip)} dev ${LINK} nud permanent`),
  ];
}

function detour({ ip, podCIDR }: NodeNetwork): string {
  return `route replace ${podCIDR} via ${ip} dev ${LINK} onlink`;
}

function directRoute({ ip, podCIDR }: NodeNetwork): string {
  return `route replace ${podCIDR} via ${ip} dev eth0`;
}
