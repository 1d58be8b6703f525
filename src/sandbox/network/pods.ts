/** Pods' places on the network: a namespace each, joined to its node's by a veth. */
import { AddressPool, GATEWAY_MAC, POD_GATEWAY, macOf } from './addresses.ts';
import { nodeNetns } from './fabric.ts';
import { inNetns, netnsPath } from './kernel.ts';
import type { Attachment, NodeNetwork } from './network.ts';
import { Shell } from './shell.ts';

/** A uid becomes part of a path and of a command. */
const UID = /^[A-Za-z0-9-]{1,64}$/;

interface Node {
  readonly pool: AddressPool;
  /** One at a time per node: more only wait for each other in the kernel's network configuration lock. */
  readonly shell: Shell;
}

interface Place {
  readonly node: Node;
  readonly attached: Promise<Attachment>;
}

export class Pods {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #places = new Map<string, Place>();
  #links = 0;

  constructor(nodes: readonly NodeNetwork[]) {
    this.#nodes = new Map(
      nodes.map(({ name, podCIDR }) => [
        name,
        { pool: new AddressPool(podCIDR), shell: new Shell(nodeNetns(name), `pods-${name}`) },
      ]),
    );
  }

  /** Idempotent per uid. Rejects if the node is unknown or full, leaving nothing behind. */
  async attach(uid: string, nodeName: string): Promise<Attachment> {
    const there = this.#places.get(uid);
    if (there !== undefined) return there.attached;
    const node = this.#nodes.get(nodeName);
    if (node === undefined) throw new Error(`no node ${JSON.stringify(nodeName)}`);
    if (!UID.test(uid)) throw new Error(`not a pod's uid: ${JSON.stringify(uid)}`);
    const ip = node.pool.take();
    const attached = node.shell.run(this.#plug(uid, ip)).then(() => ({ ip, netns: podNetns(uid) }));
    this.#places.set(uid, { node, attached });
    try {
      return await attached;
    } catch (error) {
      this.#places.delete(uid);
      await node.shell.run(unplug(uid)).catch(() => {});
      node.pool.release(ip);
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
    await place.node.shell.run(unplug(uid));
    place.node.pool.release(attachment.ip);
  }

  close(): void {
    for (const { shell } of this.#nodes.values()) shell.close();
  }

  /** The node's script that makes the pod's namespace and joins both ends. */
  #plug(uid: string, ip: string): string {
    // The node's end has a name of its own each time: the one of a detached pod may linger for a moment.
    const link = `pod${(++this.#links).toString(36)}`;
    return [
      ...batch(['ip'], [...makePod(podName(uid), link, ip), ...nodeEnd(link, ip)], '|| return'),
      ...batch(inNetns(podNetns(uid), ['ip']), podEnd(ip)),
      '',
    ].join('\n');
  }
}

function unplug(uid: string): string {
  return `ip netns del ${podName(uid)}\n`;
}

function podName(uid: string): string {
  return `pod-${uid}`;
}

function podNetns(uid: string): string {
  return netnsPath(podName(uid));
}

function makePod(name: string, link: string, ip: string): string[] {
  return [
    `netns add ${name}`,
    `link add ${link} address ${GATEWAY_MAC} type veth peer name eth0 address ${macOf(ip)} netns ${name}`,
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

/** One command of a shell script, fed with those lines. */
function batch(ip: readonly string[], lines: readonly string[], otherwise = ''): string[] {
  return [`${ip.join(' ')} -batch - <<'END' ${otherwise}`, ...lines, 'END'];
}
