/** Knows when the agent's event loop did not run: starved of CPU, throttled, stopped. */

/** Shorter delays are everyday. */
const NOTABLE_MS = 40;
const KEPT = 500;

export class Awake {
  readonly #period: number;
  readonly #stalls: { readonly from: number; readonly to: number }[] = [];
  #untold: (readonly [number, number])[] = [];
  #last: number;

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
    if (late >= NOTABLE_MS) this.#note(from, now);
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

  /** Those noted since the last call: when the loop ran again, and how late it was. */
  takeStalls(): readonly (readonly [number, number])[] {
    const stalls = this.#untold;
    this.#untold = [];
    return stalls;
  }

  #note(from: number, to: number): void {
    this.#stalls.push({ from, to });
    if (this.#stalls.length > KEPT) this.#stalls.shift();
    this.#untold.push([Math.round(to), Math.round(to - from)]);
  }
}
