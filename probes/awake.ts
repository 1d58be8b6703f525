/** Knows when the agent's event loop did not run: starved of CPU, throttled, stopped. */

/** Shorter delays are everyday. */
const NOTABLE_MS = 40;
const KEPT = 500;

export class Awake {
  readonly #period: number;
  readonly #stalls: { readonly from: number; readonly to: number }[] = [];
  #last: number;
  #lag = 0;

  /** `period`: time between two calls of `tick` when all is well. */
  constructor(period: number, now: number) {
    this.#period = period;
    this.#last = now;
  }

  /** To be called by a timer every `period`; returns how late it was. */
  tick(now: number): number {
    const from = this.#last + this.#period;
    const late = Math.max(0, now - from);
    this.#last = now;
    this.#lag = Math.max(this.#lag, late);
    if (late >= NOTABLE_MS) this.#stalls.push({ from, to: now });
    if (this.#stalls.length > KEPT) this.#stalls.shift();
    return late;
  }

  /** Longest stretch within `[from, to]` in which the loop did not run, one going on at `to` included. */
  longestStall(from: number, to: number): number {
    let longest = this.#goingOn(from, to);
    for (let i = this.#stalls.length - 1; i >= 0; i--) {
      const stall = this.#stalls[i];
      if (stall === undefined || stall.to <= from) break;
      longest = Math.max(longest, Math.min(stall.to, to) - Math.max(stall.from, from));
    }
    return longest;
  }

  /** How much of `[from, to]` the loop did not run, in stalls long enough to be noted and one going on at `to`. */
  stalledFor(from: number, to: number): number {
    let sum = this.#goingOn(from, to);
    for (let i = this.#stalls.length - 1; i >= 0; i--) {
      const stall = this.#stalls[i];
      if (stall === undefined || stall.to <= from) break;
      sum += Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from));
    }
    return sum;
  }

  #goingOn(from: number, to: number): number {
    return Math.max(0, to - Math.max(from, this.#last + this.#period));
  }

  /** Longest delay since the last call. */
  takeLag(): number {
    const lag = Math.round(this.#lag);
    this.#lag = 0;
    return lag;
  }
}
