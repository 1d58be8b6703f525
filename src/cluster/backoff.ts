/** How long to wait before trying again, and when to stop. */
import type { Clock } from './clock.ts';
import { retryAfterMs } from './errors.ts';

const FIRST_MS = 100;
const CAP_MS = 3_000;
/** How long faults may go on before they are told. */
export const RETRY_BUDGET_MS = 30_000;

/** Doubles from 100 ms to 3 s; the upper half is random, so that many waiters spread out. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2);
}

export interface Patience {
  /** Waits as long as this fault in a row deserves; rejects with the error when they have gone on too long. */
  wait(error: unknown, signal?: AbortSignal): Promise<void>;
  /** Something worked: the next fault is a first one. */
  restore(): void;
}

export function createPatience(clock: Clock, budgetMs = RETRY_BUDGET_MS): Patience {
  let faults = 0;
  let firstAt = 0;
  return {
    async wait(error, signal) {
      if (faults === 0) firstAt = clock.now();
      const ms = Math.max(backoffMs(faults, clock.random()), retryAfterMs(error) ?? 0);
      if (clock.now() + ms > firstAt + budgetMs) throw error;
      faults += 1;
      await clock.wait(ms, signal);
    },
    restore() {
      faults = 0;
    },
  };
}
