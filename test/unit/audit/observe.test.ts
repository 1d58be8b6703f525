/** Packets laid on a truth table. */
import { describe, expect, test } from '@jest/globals';
import { observed } from '../../../src/audit/observe.ts';
import type { TruthTable } from '../../../src/model/audit.ts';
import type { Predicted } from '../../../src/model/prediction.ts';
import { type ProbeSpec, runResult } from '../../support/result.ts';

const TABLE: TruthTable = {
  name: 'documented',
  file: 'scenario.yaml',
  generated: false,
  sources: ['web'],
  endpoints: ['db:tcp/5432'],
  namespaces: {},
  created: [],
  cells: [{ source: 'web', endpoint: 'db:tcp/5432', expect: 'deny', predicted: 'deny', policies: 'as read' }],
};

const says = (verdict: Predicted['verdict'], more: Partial<Predicted> = {}): Pick<ProbeSpec, 'record'> => ({
  record: {
    prediction: { verdict, certain: true, because: `it says ${verdict}`, doubts: [], units: [], ...more },
  },
});

const probe = (spec: Partial<ProbeSpec>): ProbeSpec => ({
  from: 'web',
  to: 'db',
  port: 'tcp/5432',
  expect: 'deny',
  ...spec,
});

const cellAfter = (...specs: readonly Partial<ProbeSpec>[]) =>
  observed(TABLE, runResult(specs.map(probe))).cells[0];

describe('an endpoint with several addresses', () => {
  test.each([
    ['a leak', ['dropped', 'leak', 'path-dead'], 'fail', 'leak'],
    ['what could not be judged', ['dropped', 'path-dead', 'dropped'], 'inconclusive', 'path-dead'],
    ['nothing', ['dropped', 'dropped'], 'pass', 'dropped'],
  ] as const)('is as good as its worst: %s', (_, causes, verdict, cause) => {
    const cell = cellAfter(...causes.map((each) => ({ cause: each })));
    expect(cell?.observed).toMatchObject({ verdict, cause });
  });
});

test('a diagnosis in the verdict’s own words is told once', () => {
  const run = runResult([probe({ cause: 'path-dead' })]);
  const [verdict] = run.verdicts;
  if (verdict === undefined) throw new Error('no verdict');
  const diagnosis = { kind: 'environment', because: verdict.because } as const;
  const [cell] = observed(TABLE, { ...run, verdicts: [{ ...verdict, diagnosis }] }).cells;
  expect(cell?.observed?.because).toBe(verdict.because);
});

describe('what the policies say', () => {
  test('stays as it was read where the run did not ask', () => {
    expect(cellAfter({})).toMatchObject({ predicted: 'deny', policies: 'as read' });
  });

  test.each([
    ['the run’s own', [says('allow')], 'allow'],
    ['the same for all', [says('deny'), says('deny')], 'deny'],
    ['not the same for all', [says('deny'), says('allow')], 'uncertain'],
    ['not known', [says('unknown', { certain: false })], 'uncertain'],
    [
      'doubtful for one',
      [says('deny'), says('deny', { certain: false, doubts: ['who knows'] })],
      'uncertain',
    ],
  ] as const)('%s', (_, specs, predicted) => {
    expect(cellAfter(...specs)?.predicted).toBe(predicted);
  });
});

test('a pair that was not asked is as before', () => {
  expect(observed(TABLE, runResult([])).cells).toEqual(TABLE.cells);
});
