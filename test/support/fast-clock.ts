import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/cluster/clock.ts';

/** A clock that only waiting moves on, and that nobody waits for. */
export interface FastClock extends Clock {
  readonly waits: number[];
  /** How often it was read. */
  readonly reads: number;
}

export function fastClock(): FastClock {
  const waits: number[] = [];
  let reads = 0;
  let now = 1_700_000_000_000;
  return {
    waits,
    get reads() {
      return reads;
    },
    now: () => {
      reads += 1;
      return now;
    },
    random: () => 0.5,
    async wait(ms) {
      waits.push(ms);
      now += ms;
      await setImmediate();
    },
  };
}
