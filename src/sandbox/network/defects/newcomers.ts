/** Pods that are open because they have just come. */
import type { ForwardingPod } from '../network.ts';

export class Newcomers {
  readonly #openMs: number;
  #known: ReadonlySet<string>;
  /** Addresses by uid. */
  readonly #open = new Map<string, string>();

  /** @param present pods that have been there before, and so are no newcomers; @param openMs 0: there never are any */
  constructor(openMs: number, present: readonly ForwardingPod[]) {
    this.#openMs = openMs;
    this.#known = uidsOf(present);
  }

  /** Leaves open those that were not there before; their uids. */
  admit(pods: readonly ForwardingPod[]): readonly string[] {
    if (this.#openMs === 0) return [];
    const fresh = pods.filter(({ uid }) => !this.#known.has(uid));
    for (const { uid, ip } of fresh) this.#open.set(uid, ip);
    this.#known = uidsOf(pods);
    return fresh.map(({ uid }) => uid);
  }

  close(uids: readonly string[]): void {
    for (const uid of uids) this.#open.delete(uid);
  }

  get addresses(): ReadonlySet<string> {
    return new Set(this.#open.values());
  }
}

function uidsOf(pods: readonly ForwardingPod[]): ReadonlySet<string> {
  return new Set(pods.map(({ uid }) => uid));
}
