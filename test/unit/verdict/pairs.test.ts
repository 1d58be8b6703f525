import { expect, test } from '@jest/globals';
import type { ClassRecord } from '../../../src/model/record.ts';
import { summarise } from '../../../src/run/summary.ts';
import { judge } from '../../../src/verdict/judge.ts';
import { pairsOf } from '../../../src/verdict/pairs.ts';
import { observation, probe, record, SIGHTING } from '../../support/record.ts';

const WEB: ClassRecord = { representative: 'web', members: ['web-2', 'web-3'] };
const API: ClassRecord = { representative: 'api', members: ['api-2'] };

function told(classes: readonly ClassRecord[], leaks: boolean) {
  const seen = leaks ? observation('connected', { seen: [SIGHTING] }) : observation('timed-out');
  const kept = record({ classes, probes: [probe({ observation: seen })] });
  const verdicts = judge(kept);
  return { summary: summarise(kept, verdicts), pairs: [...pairsOf({ record: kept, verdicts })] };
}

test('a verdict stands for every pair of its classes, and is counted for each', () => {
  const { summary, pairs } = told([WEB, API], false);
  expect(pairs.map((pair) => `${pair.probe.source} ${pair.probe.endpoint} ${pair.verdict.verdict}`)).toEqual([
    'web api:tcp/8080 pass',
    'web api-2:tcp/8080 pass',
    'web-2 api:tcp/8080 pass',
    'web-2 api-2:tcp/8080 pass',
    'web-3 api:tcp/8080 pass',
    'web-3 api-2:tcp/8080 pass',
  ]);
  expect(pairs.map(({ byClass }) => byClass !== undefined)).toEqual([false, true, true, true, true, true]);
  expect(summary).toMatchObject({ total: 6, probed: 1, pass: 6, fail: 0, inconclusive: 0, exitCode: 0 });
});

test('a failure is one for each of them', () => {
  expect(told([WEB], true).summary).toMatchObject({ total: 3, fail: 3, exitCode: 1 });
});

test('of a class that did not hold only what was probed is proven: never a pass for the others', () => {
  const { summary, pairs } = told([{ ...WEB, broken: 'policies changed' }, API], false);
  expect(
    pairs.filter(({ verdict }) => verdict.verdict === 'pass').map(({ probe: { source } }) => source),
  ).toEqual(['web', 'web']);
  expect(summary).toMatchObject({ total: 6, pass: 2, inconclusive: 4, exitCode: 4 });
});

test('without classes every pair was probed', () => {
  const { summary, pairs } = told([], false);
  expect(pairs).toHaveLength(1);
  expect(summary).toMatchObject({ total: 1, pass: 1 });
  expect(summary).not.toHaveProperty('probed');
});
