import { describe, expect, test } from '@jest/globals';
import { Awake } from '../../../probes/awake.ts';
import { showsLatency, Timeout } from '../../../probes/latency.ts';
import { Wheel } from '../../../probes/wheel.ts';

describe('awake', () => {
  const ticked = (...times: number[]): Awake => {
    const awake = new Awake(20, 0);
    for (const time of times) awake.tick(time);
    return awake;
  };

  test('a loop that ticks has no stall', () => {
    expect(ticked(20, 41, 60, 82, 100).longestStall(0, 100)).toBeLessThan(5);
  });

  test('a stall counts with its part inside the window', () => {
    const awake = ticked(20, 520, 540);
    expect(awake.longestStall(0, 540)).toBe(480);
    expect(awake.longestStall(300, 540)).toBe(220);
    expect(awake.longestStall(520, 540)).toBe(0);
  });

  test('a stall that goes on counts before any tick told of it', () => {
    expect(ticked(20, 40).longestStall(0, 340)).toBe(280);
    expect(ticked(20, 140, 160).stalledFor(0, 340)).toBe(100 + 160);
  });

  test('an earlier, longer stall is not hidden by a later one', () => {
    expect(ticked(20, 620, 640, 760, 780).longestStall(10, 780)).toBe(580);
  });

  test('each is told once, with the time when the loop ran again; everyday delays are not', () => {
    const awake = ticked(20, 140, 160, 195, 615);
    expect(awake.takeStalls()).toEqual([
      [140, 100],
      [615, 400],
    ]);
    expect(awake.takeStalls()).toEqual([]);
  });
});

describe('wheel', () => {
  test('tells nobody early and everybody once, in order', () => {
    const wheel = new Wheel(20, 1000);
    const told: string[] = [];
    const waiting = (name: string, again?: number) => ({
      due: (now: number) => {
        told.push(`${name}@${now}`);
        const next = again;
        again = undefined;
        return next;
      },
    });
    wheel.add(waiting('late'), 1100);
    wheel.add(waiting('soon', 1090), 1030);
    wheel.add(waiting('past'), 10);
    for (const now of [1019, 1020, 1039, 1040, 1079, 1100, 1100, 1500]) wheel.advance(now);
    expect(told).toEqual(['past@1020', 'soon@1040', 'late@1100', 'soon@1100']);
  });

  test('after a stall everything missed is told', () => {
    const wheel = new Wheel(20, 0);
    let count = 0;
    for (let time = 0; time < 5000; time += 50) wheel.add({ due: () => void count++ }, time);
    wheel.advance(10_000);
    expect(count).toBe(100);
  });
});

describe('timeout', () => {
  test('stays while answers come in time', () => {
    const timeout = new Timeout(1000);
    expect(timeout.grewFor([1, 2, 200])).toBe(false);
    expect(timeout.grewFor([])).toBe(false);
    expect(timeout.ms).toBe(1000);
  });

  test('one slow answer among many is no slow network', () => {
    const times = [...Array.from({ length: 20 }, () => 3), 900];
    expect(new Timeout(1000).grewFor(times)).toBe(false);
  });

  test('doubles as long as answers need more than a fifth of it, up to eight times', () => {
    const timeout = new Timeout(1000);
    const grown = [1, 2, 3, 4].map(() => timeout.grewFor([5000, 5000, 5000]));
    expect(grown).toEqual([true, true, true, false]);
    expect(timeout.ms).toBe(8000);
  });

  test.each([
    ['connected', 1500, true],
    ['refused', 900, true],
    // Perhaps to the second SYN: the kernel had sent no ICMP answer to the first.
    ['refused', 1001, false],
    ['unreachable', 10, false],
    ['timed-out', 10, false],
  ] as const)('is told by %s after %i ms: %s', (outcome, ms, tells) => {
    expect(showsLatency(outcome, ms)).toBe(tells);
  });
});
