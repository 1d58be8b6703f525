/** How fast attempts may start: a token bucket. */

/** A burst after a pause is at most this much of a second's worth. */
const BURST_SECONDS = 0.05;

export class Pace {
  #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = this.#capacity;
    this.#filledAt = now;
  }

  /** Takes a token if there is one. */
  take(now: number): boolean {
    const earned = (Math.max(0, now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes a token that there may not be yet: for a retry, whose time is set; who comes next waits longer. */
  owe(): void {
    this.#tokens--;
  }

  halve(): void {
    this.#perSecond = Math.max(1, this.#perSecond / 2);
    this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  get #capacity(): number {
    return Math.max(1, this.#perSecond * BURST_SECONDS);
  }
}
