import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareRuns } from '../../../src/diff/compare.ts';
import type { RunDiff } from '../../../src/model/diff.ts';
import { PAIR_CHANGES } from '../../../src/model/diff.ts';
import type { PolicyFact } from '../../../src/model/record.ts';
import type { Cause } from '../../../src/model/verdict.ts';
import { type ProbeSpec, runResult } from '../../support/result.ts';

const PAIR = { from: 'web', to: 'db', port: 'tcp/5432' } as const;

function diffOf(before: readonly ProbeSpec[], after: readonly ProbeSpec[]): RunDiff {
  return compareRuns(
    { file: 'a.json', result: runResult(before) },
    { file: 'b.json', result: runResult(after) },
  );
}

describe('one pair', () => {
  test.each<
    [
      Cause,
      ProbeSpec['expect'],
      Cause,
      ProbeSpec['expect'],
      { change?: string; violation?: boolean; exit: number },
    ]
  >([
    ['dropped', 'deny', 'dropped', 'deny', { exit: 0 }],
    ['dropped', 'deny', 'rejected', 'deny', { exit: 0 }],
    ['reached', 'allow', 'wrong-status', 'allow', { exit: 0 }],
    ['leak', 'deny', 'leak', 'deny', { exit: 0 }],
    ['dropped', 'deny', 'leak', 'deny', { change: 'opened', violation: true, exit: 1 }],
    ['rejected', 'deny', 'leak-one-way', 'deny', { change: 'opened', violation: true, exit: 1 }],
    ['blocked', 'allow', 'reached', 'allow', { change: 'opened', violation: false, exit: 0 }],
    ['blocked', 'allow', 'reply-lost', 'allow', { change: 'opened', violation: false, exit: 0 }],
    ['dropped', 'deny', 'reached', 'allow', { change: 'opened', violation: false, exit: 0 }],
    ['blocked', 'allow', 'leak', 'deny', { change: 'opened', violation: true, exit: 1 }],
    ['listener-dead', 'deny', 'leak', 'deny', { change: 'found-open', violation: true, exit: 1 }],
    ['starved', 'allow', 'reached', 'allow', { change: 'found-open', violation: false, exit: 0 }],
    ['reached', 'allow', 'blocked', 'allow', { change: 'closed', violation: false, exit: 0 }],
    ['leak', 'deny', 'dropped', 'deny', { change: 'closed', violation: false, exit: 0 }],
    ['path-dead', 'deny', 'dropped', 'deny', { change: 'found-closed', violation: false, exit: 0 }],
    ['dropped', 'deny', 'starved', 'deny', { change: 'went-inconclusive', violation: false, exit: 0 }],
    ['reached', 'allow', 'probe-lost', 'allow', { change: 'went-inconclusive', violation: false, exit: 0 }],
    ['starved', 'deny', 'probe-lost', 'deny', { exit: 0 }],
    ['reached', 'allow', 'leak', 'deny', { change: 'expectation', violation: false, exit: 0 }],
  ])('%s (%s), then %s (%s)', (causeA, expectA, causeB, expectB, { change, violation, exit }) => {
    const diff = diffOf(
      [{ ...PAIR, expect: expectA, cause: causeA }],
      [{ ...PAIR, expect: expectB, cause: causeB }],
    );
    expect(diff.pairs.map((pair) => [pair.change, pair.violation])).toEqual(
      change === undefined ? [] : [[change, violation]],
    );
    expect(diff.summary).toMatchObject({ same: change === undefined ? 1 : 0, exitCode: exit });
  });

  test('that is only in one run is added or removed; open against the intent from the start, it counts', () => {
    const other: ProbeSpec = { from: 'web', to: 'api', port: 'tcp/80', expect: 'deny', cause: 'leak' };
    const diff = diffOf([{ ...PAIR, expect: 'deny' }], [other]);
    expect(diff.pairs).toMatchObject([
      { change: 'added', source: 'web', endpoint: 'api:tcp/80', violation: true },
      { change: 'removed', source: 'web', endpoint: 'db:tcp/5432', violation: false },
    ]);
    expect(diff.summary.exitCode).toBe(1);
  });

  test('with several addresses is open if one of them is, whatever their order', () => {
    const at = (host: string, cause: Cause): ProbeSpec => ({ ...PAIR, expect: 'deny', cause, host });
    const closed = [at('10.0.0.1', 'dropped'), at('10.0.0.2', 'dropped')];
    for (const after of [
      [at('10.0.0.3', 'leak'), at('10.0.0.4', 'dropped')],
      [at('10.0.0.3', 'starved'), at('10.0.0.4', 'leak')],
    ]) {
      expect(diffOf(closed, after).pairs).toMatchObject([{ change: 'opened', violation: true }]);
    }
  });
});

test('a pair that a class stands for counts as if it had been probed', () => {
  const specs: ProbeSpec[] = [
    { ...PAIR, expect: 'deny' },
    { ...PAIR, from: 'web-2', expect: 'deny', cause: 'leak' },
  ];
  const classes = [{ representative: 'web', members: ['web-2'] }];
  const before = { file: 'a', result: runResult(specs.slice(0, 1), { record: { classes } }) };
  const { pairs, summary } = compareRuns(before, { file: 'b', result: runResult(specs) });
  expect(pairs).toMatchObject([{ change: 'opened', source: 'web-2', violation: true }]);
  expect(summary.same).toBe(1);
});

const CAUSES = ['reached', 'blocked', 'starved'] as const;
const DENY_CAUSES = ['leak', 'dropped', 'path-dead'] as const;
const run = fc
  .uniqueArray(fc.record({ from: fc.constantFrom('a', 'b', 'c'), to: fc.constantFrom('x', 'y') }), {
    selector: ({ from, to }) => from + to,
  })
  .chain((pairs) =>
    fc.tuple(
      ...pairs.map((pair) =>
        fc.tuple(fc.constantFrom('allow', 'deny'), fc.nat(2)).map(([wanted, cause]): ProbeSpec => ({
          ...pair,
          port: 'tcp/80',
          expect: wanted as ProbeSpec['expect'],
          cause: (wanted === 'allow' ? CAUSES : DENY_CAUSES)[cause] ?? 'starved',
        })),
      ),
    ),
  );

test('every pair of either run is told once or counted as the same; a run differs in nothing from itself', () => {
  fc.assert(
    fc.property(run, run, (before, after) => {
      const { summary, pairs } = diffOf(before, after);
      const union = new Set([...before, ...after].map(({ from, to }) => from + to));
      expect(pairs.length + summary.same).toBe(union.size);
      expect(PAIR_CHANGES.reduce((sum, change) => sum + summary.changes[change], 0)).toBe(pairs.length);
      // Turned round, what opened closed.
      const back = diffOf(after, before).summary.changes;
      expect([back.closed, back.removed]).toEqual([summary.changes.opened, summary.changes.added]);
      expect(diffOf(before, before).pairs).toEqual([]);
    }),
  );
});

describe('policies', () => {
  const fact = (changes: Partial<PolicyFact>): PolicyFact => ({
    namespace: 'shop',
    name: 'web',
    uid: 'u1',
    resourceVersion: '7',
    ...changes,
  });
  test.each<[string, readonly PolicyFact[], readonly PolicyFact[], readonly string[]]>([
    ['the same', [fact({})], [fact({})], []],
    ['written to', [fact({})], [fact({ resourceVersion: '8' })], ['changed']],
    [
      'created anew with the same content',
      [fact({ digest: 'd' })],
      [fact({ uid: 'u2', resourceVersion: '9', digest: 'd' })],
      [],
    ],
    ['with another content', [fact({ digest: 'd' })], [fact({ uid: 'u2', digest: 'e' })], ['changed']],
    ['created anew, content not recorded', [fact({})], [fact({ uid: 'u2' })], ['unknown']],
    [
      'of another kind',
      [fact({ kind: 'NetworkPolicy', apiVersion: 'networking.k8s.io/v1' })],
      [fact({}), fact({ kind: 'NetworkPolicy', apiVersion: 'projectcalico.org/v3', resourceVersion: '8' })],
      ['added'],
    ],
    ['one gone, one new', [fact({})], [fact({ name: 'api' })], ['added', 'removed']],
  ])('%s', (_, before, after, changes) => {
    const diff = compareRuns(
      { file: 'a', result: runResult([], { record: { policies: before } }) },
      { file: 'b', result: runResult([], { record: { policies: after } }) },
    );
    expect(diff.policies.map(({ change }) => change)).toEqual(changes);
    expect(diff.summary).toMatchObject({ policies: changes.length, exitCode: 0 });
  });
});

test('what makes runs hard to compare is noted', () => {
  const result = runResult([]);
  const other = runResult([], {
    record: {
      runId: 'other',
      startedAt: 1,
      scenario: { ...result.record.scenario, digest: 'cd'.repeat(32) },
      cluster: { ...result.record.cluster, server: 'https://elsewhere' },
    },
  });
  const notes = (a: typeof result, b: typeof result) =>
    compareRuns({ file: 'a', result: a }, { file: 'b', result: b }).notes.join('\n');
  expect(notes(result, result)).toMatch(/same run/);
  expect(notes(result, other)).toMatch(/began later[^]*was changed in between[^]*two clusters/);
});
