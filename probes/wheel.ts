/** One clock for all deadlines: a timer of its own for every socket would cost more than the socket. */

export interface Waiting {
  /** Told that its time has come; returns when it wants to be told again, if ever. */
  due(now: number): number | undefined;
}

export class Wheel {
  readonly #grain: number;
  readonly #slots = new Map<number, Waiting[]>();
  #turned: number;

  /** `grain`: how exact it is, in milliseconds; nothing is ever told early. */
  constructor(grain: number, now: number) {
    this.#grain = grain;
    this.#turned = Math.floor(now / grain);
  }

  add(waiting: Waiting, time: number): void {
    const key = Math.max(this.#turned + 1, Math.ceil(time / this.#grain));
    const slot = this.#slots.get(key);
    if (slot) slot.push(waiting);
    else this.#slots.set(key, [waiting]);
  }

  /** Tells everyone whose time has come. */
  advance(now: number): void {
    const end = Math.floor(now / this.#grain);
    while (this.#turned < end) {
      const slot = this.#slots.get(++this.#turned);
      if (!slot) continue;
      this.#slots.delete(this.#turned);
      for (const waiting of slot) {
        const next = waiting.due(now);
        if (next !== undefined) this.add(waiting, next);
      }
    }
  }
}
