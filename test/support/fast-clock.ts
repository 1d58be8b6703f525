import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/cluster/clock.ts';

/** A clock that only waiting moves on, and that nobody waits for. */
export function fastClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = 1_700_000_000_000;
  return {
    waits,
    now: () => now,
    random: () => 0.5,
    async wait(ms) {
      waits.push(ms);
      now += ms;
      await setImmediate();
    },
  };
}
