/** The sandbox's addresses. */
import { NetproofError } from '../../model/errors.ts';
import type { NodeNetwork } from './network.ts';

/** The outside's router on the underlay. */
export const OUTSIDE_IP = '172.30.0.254';
/** Every pod's next hop, as Calico has it: the node's end of the pod's veth answers for it. */
export const POD_GATEWAY = '169.254.1.1';
export const GATEWAY_MAC = 'ee:ee:ee:ee:ee:ee';

const MAX_NODES = 100;
const NODE_NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;

/** Nodes `172.30.0.11`, `.12`, … with pods in `10.244.1.0/24`, `10.244.2.0/24`, … */
export function planNodes(names: readonly string[]): readonly NodeNetwork[] {
  const wrong = names.find((name, at) => !NODE_NAME.test(name) || names.indexOf(name) !== at);
  if (wrong !== undefined) {
    throw new NetproofError(
      'sandbox-failed',
      `${JSON.stringify(wrong)} cannot name a node, or is named twice`,
    );
  }
  if (names.length === 0 || names.length > MAX_NODES) {
    throw new NetproofError('sandbox-failed', `a sandbox has 1 to ${MAX_NODES} nodes, not ${names.length}`);
  }
  return names.map((name, index) => ({
    name,
    ip: `172.30.0.${11 + index}`,
    podCIDR: `10.244.${1 + index}.0/24`,
  }));
}

/**
 * A link address that follows from the IPv4 address, as the CNI bridge plugin makes it. With it every neighbour
 * can be entered for good: no ARP, no first packet lost, and no place taken in the kernel's neighbour table,
 * whose limit (gc_thresh3, 1024) all namespaces share.
 */
export function macOf(ip: string): string {
  return ['0a', '58', ...ip.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');
}

/** Hands out a node's pod addresses in turn, so that an address is reused as late as possible. */
export class AddressPool {
  readonly #prefix: string;
  readonly #taken = new Set<number>();
  #last = 1;

  /** `.0`, `.1` (gateway by convention) and `.255` are never handed out. */
  constructor(podCIDR: string) {
    this.#prefix = podCIDR.slice(0, podCIDR.lastIndexOf('.') + 1);
  }

  take(): string {
    for (let tried = 0; tried < 253; tried++) {
      this.#last = this.#last === 254 ? 2 : this.#last + 1;
      if (this.#taken.has(this.#last)) continue;
      this.#taken.add(this.#last);
      return this.#prefix + String(this.#last);
    }
    throw new Error(`no pod address left in ${this.#prefix}0/24`);
  }

  release(ip: string): void {
    this.#taken.delete(Number(ip.slice(this.#prefix.length)));
  }
}
