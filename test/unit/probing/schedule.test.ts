import { expect, test } from '@jest/globals';
import { UNKNOWN_CAPABILITIES } from '../../../src/model/capabilities.ts';
import { scheduleFor } from '../../../src/probing/schedule.ts';
import { CAPABLE } from '../../support/record.ts';

const SETTINGS = {
  timeoutMs: 1000,
  attempts: 3,
  stableRounds: 2,
  settleBudgetMs: 30_000,
  concurrency: 20,
  ratePerSecond: 2000,
};

test('probers share the rate', () => {
  expect(scheduleFor(SETTINGS, CAPABLE, 8).ratePerSecond).toBe(250);
  expect(scheduleFor({ ...SETTINGS, ratePerSecond: 3 }, CAPABLE, 8).ratePerSecond).toBe(1);
});

test.each([
  ['prompt enforcement needs no extra waiting', { ...CAPABLE, latencyMs: 100 }, 0],
  [
    'refusals come at once, long before a new pod is known',
    { ...CAPABLE, denySignature: { tcp: ['refused', 'timed-out'], udp: ['timed-out'] } } as const,
    2000,
  ],
  ['slow enforcement is outwaited', { ...CAPABLE, latencyMs: 3000 }, 5000],
  ['but never beyond half the budget', { ...CAPABLE, latencyMs: 14_000 }, 15_000],
  ['an untested cluster is taken to be slow', UNKNOWN_CAPABILITIES, 5000],
])('%s', (_name, capabilities, expected) => {
  expect(scheduleFor(SETTINGS, capabilities, 1).minSettleMs).toBe(expected);
});
