import { expect, test } from '@jest/globals';
import type { V1LabelSelector } from '../../../src/cluster/types.ts';
import { selectorOf } from '../../../src/model/selector.ts';

const labels = { app: 'web', tier: 'front' };
const expression = (key: string, operator: string, values?: string[]): V1LabelSelector => ({
  matchExpressions: [{ key, operator, ...(values ? { values } : {}) }],
});

const rows: readonly (readonly [string, V1LabelSelector | undefined, boolean])[] = [
  ['absent selects everything', undefined, true],
  ['empty selects everything', {}, true],
  ['equal', { matchLabels: { app: 'web' } }, true],
  ['not equal', { matchLabels: { app: 'api' } }, false],
  ['all must match', { matchLabels: { app: 'web', tier: 'back' } }, false],
  ['In', expression('app', 'In', ['api', 'web']), true],
  ['In, missing key', expression('zone', 'In', ['a']), false],
  ['NotIn', expression('app', 'NotIn', ['web']), false],
  ['NotIn, missing key', expression('zone', 'NotIn', ['a']), true],
  ['Exists', expression('app', 'Exists'), true],
  ['DoesNotExist', expression('app', 'DoesNotExist'), false],
  ['a label that every object inherits', expression('constructor', 'Exists'), false],
  ['an unknown operator selects nothing', expression('app', 'Like', ['web']), false],
];

test.each(rows.map((row) => [...row] as const))('%s', (_name, selector, expected) => {
  expect(selectorOf(selector).matches(labels)).toBe(expected);
});
