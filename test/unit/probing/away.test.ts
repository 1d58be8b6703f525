import { expect, test } from '@jest/globals';
import { awayFault, awayFor } from '../../../src/probing/away.ts';

const ASKED = 100_000;

test.each<[string, number | undefined, boolean]>([
  ['never away', undefined, false],
  ['away long before', ASKED - 60_001, false],
  ['away a minute before: engines may only now come back', ASKED - 60_000, true],
  ['away meanwhile', ASKED + 2000, true],
])('%s', (_, unreachableAt, faulty) => {
  expect(awayFault(unreachableAt, ASKED) !== undefined).toBe(faulty);
});

test('so long after an absence as is told, what is asked means something again', () => {
  const away = 5000;
  expect(awayFor(undefined, ASKED)).toBe(0);
  const ms = awayFor(away, away + 20_000);
  expect(ms).toBe(40_001);
  expect(awayFault(away, away + 20_000 + ms - 1)).toBeDefined();
  expect(awayFault(away, away + 20_000 + ms)).toBeUndefined();
});
