import { expect, test } from '@jest/globals';
import { awayFault } from '../../../src/probing/away.ts';

const ASKED = 100_000;

test.each<[string, number | undefined, boolean]>([
  ['never away', undefined, false],
  ['away long before', ASKED - 30_001, false],
  ['away half a minute before: engines may only now come back', ASKED - 30_000, true],
  ['away meanwhile', ASKED + 2000, true],
])('%s', (_, unreachableAt, faulty) => {
  expect(awayFault(unreachableAt, ASKED) !== undefined).toBe(faulty);
});
