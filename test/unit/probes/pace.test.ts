import { describe, expect, test } from '@jest/globals';
import { Pace } from '../../../probes/pace.ts';

/** Starts within `ms` milliseconds, looking every 5 ms. */
function starts(pace: Pace, from: number, ms: number): number {
  let count = 0;
  for (let now = from; now < from + ms; now += 5) while (pace.take(now)) count++;
  return count;
}

/** A pace at its full speed. */
function warm(perSecond: number): Pace {
  const pace = new Pace(perSecond, 0);
  for (let i = 0; i < 100; i++) pace.feel(0);
  return pace;
}

describe('pace', () => {
  test('starts slowly and reaches what is allowed, never more', () => {
    expect(starts(new Pace(800, 0), 0, 1000)).toBeLessThanOrEqual(135);
    const count = starts(warm(800), 0, 1000);
    expect(count).toBeGreaterThan(760);
    expect(count).toBeLessThanOrEqual(840);
  });

  test('a pause earns a small burst only', () => {
    const pace = warm(1000);
    starts(pace, 0, 1000);
    expect(starts(pace, 60_000, 1)).toBe(50);
  });

  test('whoever owes is waited for', () => {
    const pace = warm(1000);
    while (pace.take(0));
    for (let i = 0; i < 100; i++) pace.owe();
    expect(starts(pace, 0, 100)).toBe(0);
    expect(starts(pace, 100, 100)).toBeGreaterThan(50);
  });

  test('halves for good on missed answers, and at once but not for good on lateness', () => {
    const missed = warm(1000);
    missed.halve();
    for (let i = 0; i < 200; i++) missed.feel(0);
    expect(starts(missed, 0, 2000)).toBeLessThan(1050);
    const late = warm(1000);
    late.feel(500);
    expect(starts(late, 0, 1000)).toBeLessThan(560);
    for (let i = 0; i < 200; i++) late.feel(0);
    expect(starts(late, 1000, 1000)).toBeGreaterThan(950);
  });

  test('never stops altogether, whatever the machine does', () => {
    const pace = new Pace(1, 0);
    for (let i = 0; i < 1000; i++) pace.feel(10_000);
    for (let i = 0; i < 10; i++) pace.halve();
    expect(starts(pace, 0, 120_000)).toBeGreaterThanOrEqual(3);
  });
});
