/** How long one question listens for an answer before silence is one, and whether it was awake to hear. */

/** Silence says nothing if the agent slept at a stretch for this share of the timeout … */
const STALL_SHARE = 0.2;
/** … and for at least this long. */
const STALL_MS = 100;

/** What is known of the agent's sleep, see awake.ts. */
export interface Sleep {
  longestStall(from: number, to: number): number;
  stalledFor(from: number, to: number): number;
}

export class Silence {
  readonly #timeout: number;
  readonly #sleep: Sleep;
  #from = 0;
  #until = 0;

  constructor(timeout: number, sleep: Sleep) {
    this.#timeout = timeout;
    this.#sleep = sleep;
  }

  start(now: number): void {
    this.#from = now;
    this.#until = now + this.#timeout;
  }

  get from(): number {
    return this.#from;
  }

  get until(): number {
    return this.#until;
  }

  /**
   * Silence is to be listened to for the whole timeout: once that is over, what the agent slept of it, if that was more
   * than is tolerable, is added, up to as much again. Who slept longer has to ask again.
   */
  makeUpForSleep(now: number): void {
    if (now < this.#until || this.sleptLittle(this.#from, now)) return;
    const slept = this.#sleep.stalledFor(this.#from, now);
    if (slept <= this.#timeout) this.#until = this.#from + this.#timeout + slept;
  }

  /** Whether the agent was awake to hear, or made up for its sleep. */
  wasHeard(now: number): boolean {
    const madeUp = this.#until - this.#from - this.#timeout;
    return this.sleptLittle(this.#from, now) || this.#sleep.stalledFor(this.#from, now) <= madeUp;
  }

  /** Whether the agent slept so little since then that silence means what it does to one awake. */
  sleptLittle(from: number, now: number): boolean {
    const tolerable = Math.max(STALL_MS, STALL_SHARE * this.#timeout);
    return this.#sleep.longestStall(from, now) <= tolerable;
  }
}
