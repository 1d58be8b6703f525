/** Runs phases one after the other, tells about them and keeps their times. */
import type { Clock } from '../fleet/context.ts';
import type { Emit } from '../model/events.ts';
import type { Phase, RunResult } from '../model/result.ts';

export class Phases {
  readonly #clock: Clock;
  readonly #emit: Emit;
  readonly #timings: { phase: Phase; ms: number }[] = [];

  constructor(clock: Clock, emit: Emit) {
    this.#clock = clock;
    this.#emit = emit;
  }

  async run<T>(phase: Phase, work: () => T | Promise<T>): Promise<T> {
    this.#emit({ kind: 'phase', phase });
    const from = this.#clock.now();
    const value = await work();
    const ms = this.#clock.now() - from;
    this.#timings.push({ phase, ms });
    this.#emit({ kind: 'phase-done', phase, ms });
    return value;
  }

  get timings(): RunResult['timings'] {
    return [...this.#timings];
  }
}
