/** How fast attempts may start: a token bucket that gives way when the machine has no time for us. */

/** A burst after a pause is at most this much of a second's worth, or so many attempts, whichever is more. */
const BURST_SECONDS = 0.05;
const BURST = 32;
/** The event loop being this late means that somebody is short of CPU: most likely everybody. */
const LATE_MS = 40;
/**
 * Lateness never slows it below so many per second: a fifth of a millisecond each is no load, and a batch that
 * crawls is told late without being told better. Missed answers slow it further.
 */
const UNHURRIED = 100;
/** It starts at this share: where one agent starts, many do. */
const FIRST = 1 / 8;
/** Growth per tick without lateness. */
const GROWTH = 1.05;

export class Pace {
  /** Starts per second that are allowed, and those that are now thought bearable. */
  #most: number;
  #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, now: number) {
    this.#most = perSecond;
    this.#perSecond = Math.max(perSecond * FIRST, this.#least);
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

  /** Told at every tick how late it was: halves at once and recovers step by step, as congestion control does. */
  feel(lateMs: number): void {
    this.#perSecond =
      lateMs > LATE_MS
        ? Math.max(this.#least, this.#perSecond / 2)
        : Math.min(this.#most, this.#perSecond * GROWTH);
  }

  /** For good, because answers were missed. */
  halve(): void {
    this.#most = Math.max(1, this.#most / 2);
    this.#perSecond = Math.min(this.#perSecond, this.#most);
  }

  get #least(): number {
    return Math.min(this.#most, UNHURRIED);
  }

  get #capacity(): number {
    return Math.max(this.#perSecond * BURST_SECONDS, Math.min(this.#most, BURST));
  }
}
