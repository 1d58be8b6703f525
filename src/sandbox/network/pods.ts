/** Pods' places on the network: a namespace each, joined to its node's by a veth. */
import pLimit from 'p-limit';
import { AddressPool, GATEWAY_MAC, POD_GATEWAY, macOf } from './addresses.ts';
import { nodeNetns } from './fabric.ts';
import { inNetns, netnsPath, run } from './kernel.ts';
import type { Attachment, NodeNetwork } from './network.ts';

/** Enough to keep the kernel busy; more only wait for each other in its network configuration lock. */
const CONCURRENCY = 4;
/** A uid becomes part of a path and of a command. */
const UID = /^[A-Za-z0-9-]{1,64}$/;

interface Place {
  readonly pool: AddressPool;
  readonly attached: Promise<Attachment>;
}

export class Pods {
  readonly #pools: ReadonlyMap<string, AddressPool>;
  readonly #places = new Map<string, Place>();
  readonly #limit = pLimit(CONCURRENCY);
  #links = 0;

  constructor(nodes: readonly NodeNetwork[]) {
    this.#pools = new Map(nodes.map((node) => [node.name, new AddressPool(node.podCIDR)]));
  }

  /** Idempotent per uid. Rejects if the node is unknown or full, leaving nothing behind. */
  async attach(uid: string, node: string): Promise<Attachment> {
    const there = this.#places.get(uid);
    if (there !== undefined) return there.attached;
    const pool = this.#pools.get(node);
    if (pool === undefined) throw new Error(`no node ${JSON.stringify(node)}`);
    if (!UID.test(uid)) throw new Error(`not a pod's uid: ${JSON.stringify(uid)}`);
    const ip = pool.take();
    const attached = this.#limit(() => this.#plug(uid, node, ip)).then(() => ({ ip, netns: podNetns(uid) }));
    this.#places.set(uid, { pool, attached });
    try {
      return await attached;
    } catch (error) {
      this.#places.delete(uid);
      await run(['ip', 'netns', 'del', podName(uid)]).catch(() => {});
      pool.release(ip);
      throw error;
    }
  }

  /**
   * Idempotent. The kernel takes the namespace with its veth and routes apart as soon as no process is left in
   * it, in the background; the pod's processes have ended before.
   */
  async detach(uid: string): Promise<void> {
    const place = this.#places.get(uid);
    if (place === undefined) return;
    this.#places.delete(uid);
    const attachment = await place.attached.catch(() => undefined);
    if (attachment === undefined) return;
    await this.#limit(() => run(['ip', 'netns', 'del', podName(uid)]));
    place.pool.release(attachment.ip);
  }

  async #plug(uid: string, node: string, ip: string): Promise<void> {
    // The node's end has a name of its own each time: the one of a detached pod may linger for a moment.
    const link = `pod${(++this.#links).toString(36)}`;
    const script = [
      batch([], makePod(podName(uid), `node-${node}`, link, ip)),
      batch(inNetns(nodeNetns(node), []), nodeEnd(link, ip)),
      batch(inNetns(podNetns(uid), []), podEnd(ip)),
    ];
    await run(['sh', '-e'], script.join(''));
  }
}

function podName(uid: string): string {
  return `pod-${uid}`;
}

function podNetns(uid: string): string {
  return netnsPath(podName(uid));
}

function makePod(name: string, nodeName: string, link: string, ip: string): string[] {
  return [
    `netns add ${name}`,
    `link add ${link} address ${GATEWAY_MAC} netns ${nodeName} type veth peer name eth0 address ${macOf(ip)} netns ${name}`,
  ];
}

function nodeEnd(link: string, ip: string): string[] {
  return [
    `link set ${link} addrgenmode none up`,
    `neigh replace ${ip} lladdr ${macOf(ip)} dev ${link} nud permanent`,
    `route replace ${ip}/32 dev ${link}`,
  ];
}

/** As Calico has it: the pod is alone on its network, so pods of one node too meet only over the node. */
function podEnd(ip: string): string[] {
  return [
    'link set lo up',
    'link set eth0 addrgenmode none up',
    `addr add ${ip}/32 dev eth0`,
    `neigh replace ${POD_GATEWAY} lladdr ${GATEWAY_MAC} dev eth0 nud permanent`,
    `route add ${POD_GATEWAY} dev eth0 scope link`,
    `route add default via ${POD_GATEWAY} dev eth0`,
  ];
}

/** One command of a shell script: `ip` in some namespace, fed with those lines. */
function batch(prefix: readonly string[], lines: readonly string[]): string {
  return [[...prefix, 'ip -batch - <<END'].join(' '), ...lines, 'END', ''].join('\n');
}
