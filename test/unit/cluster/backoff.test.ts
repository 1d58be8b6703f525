import { describe, expect, test } from '@jest/globals';
import { backoffMs, createPatience } from '../../../src/cluster/backoff.ts';
import { AnswerFault } from '../../../src/cluster/errors.ts';
import { fastClock } from '../../support/fast-clock.ts';

describe('backoff', () => {
  test('doubles from 100 ms to 3 s, of which half is random', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([
      100, 200, 400, 800, 1600, 3000, 3000,
    ]);
    expect(backoffMs(0, 0)).toBe(50);
    expect(backoffMs(50, 0)).toBe(1500);
  });
});

describe('patience', () => {
  const fault = new Error('down');

  test('ends with the last fault when faults in a row go on for 30 s', async () => {
    const clock = fastClock();
    const began = clock.now();
    const patience = createPatience(clock);
    const last = new Error('still down');
    const trying = async () => {
      for (let i = 0; ; i++) await patience.wait(i < 10 ? fault : last);
    };
    await expect(trying()).rejects.toBe(last);
    expect(clock.now() - began).toBeGreaterThan(25_000);
    expect(clock.now() - began).toBeLessThanOrEqual(30_000);
  });

  test('is whole again after a success', async () => {
    const clock = fastClock();
    const patience = createPatience(clock);
    for (let i = 0; i < 100; i++) {
      await patience.wait(fault);
      patience.restore();
    }
    expect(new Set(clock.waits)).toEqual(new Set([75]));
  });

  test('waits as long as the server asks', async () => {
    const clock = fastClock();
    const busy = new AnswerFault({ status: 429, reason: 'TooManyRequests', message: 'busy' }, 7_000);
    await createPatience(clock).wait(busy);
    expect(clock.waits).toEqual([7_000]);
  });

  test('gives up at once when the server asks for longer than there is', async () => {
    const clock = fastClock();
    const busy = new AnswerFault({ status: 429, reason: 'TooManyRequests', message: 'busy' }, 60_000);
    await expect(createPatience(clock).wait(busy)).rejects.toBe(busy);
    expect(clock.waits).toEqual([]);
  });
});
