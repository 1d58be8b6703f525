/** Judges by the answers of a round whether its timeout fits the network. */

/** A network that needs more than this share of the timeout leaves too little room for a lost packet. */
const SLOW_SHARE = 0.2;
const LARGEST_FACTOR = 8;

export class Timeout {
  readonly #base: number;
  #factor = 1;

  constructor(ms: number) {
    this.#base = ms;
  }

  get ms(): number {
    return this.#base * this.#factor;
  }

  /** Takes a round's times to answer; true if the timeout grew, so that the round's silences mean nothing. */
  grewFor(times: readonly number[]): boolean {
    if (times.length === 0 || this.#factor >= LARGEST_FACTOR) return false;
    const sorted = [...times].sort((a, b) => a - b);
    const p90 = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0;
    if (p90 <= this.ms * SLOW_SHARE) return false;
    this.#factor *= 2;
    return true;
  }
}
