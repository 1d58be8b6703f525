/** What the policies add to a report: where mismatches come from, classes, and what nobody put to the test. */
import { describe, expect, test } from '@jest/globals';
import type { UnprovenUnit } from '../../../src/model/prediction.ts';
import type { Diagnosis } from '../../../src/model/verdict.ts';
import { coverageLines, mutationLines } from '../../../src/report/comparison.ts';
import { render as junit } from '../../../src/report/junit.ts';
import { render as markdown } from '../../../src/report/markdown.ts';
import { render as table } from '../../../src/report/table.ts';
import { render as tap } from '../../../src/report/tap.ts';
import { runResult } from '../../support/result.ts';
import { readXml } from '../../support/xml.ts';

const options = { wide: false, color: false, unicode: true, width: 200 };
const because = (kind: Diagnosis['kind']): Diagnosis => ({ kind, because: `so says ${kind}` });
const prediction = { verdict: 'allow', certain: true, because: 'rule x', doubts: [], units: [] } as const;

const LEAK = {
  from: 'web',
  to: 'db',
  port: 'tcp/5432',
  expect: 'deny',
  cause: 'leak',
  diagnosis: because('policy-or-intent'),
} as const;
const ACCIDENT = {
  from: 'api',
  to: 'db',
  port: 'tcp/5432',
  expect: 'deny',
  diagnosis: because('right-by-accident'),
  record: { prediction },
} as const;
const CLASSES = { record: { classes: [{ representative: 'web', members: ['web-2', 'web-3'] }] } };

describe('a diagnosis', () => {
  const result = runResult([LEAK, ACCIDENT]);

  test('stands with the evidence on the terminal, and passes by accident are told too', () => {
    const text = table(result, options);
    expect(text).toContain('    policy or intent: so says policy-or-intent\n');
    expect(text).toContain('RIGHT BY ACCIDENT: passed, though the policies say otherwise (1 probe)\n');
    expect(text).toContain('why: 1 policy or intent, 1 right by accident\n');
  });

  test('is in the text of a JUnit failure; a pass by accident stays a pass', () => {
    const [web, api] = readXml(junit(result)).children.map(
      (suite) => suite.children.find(({ name }) => name === 'testcase')?.children[0],
    );
    expect(web?.name).toBe('failure');
    expect(web?.text).toContain('policy or intent: so says policy-or-intent');
    expect(api?.name).toBe('system-out');
    expect(api?.text).toContain('policies: allow, rule x');
  });

  test('is in TAP and Markdown', () => {
    expect(tap(result)).toContain('  diagnosis: policy-or-intent\n  why: so says policy-or-intent\n');
    expect(tap(result)).toMatch(/^ok 2 /m);
    expect(markdown(result)).toContain('policy or intent&#58; so says policy-or-intent');
  });
});

describe('classes', () => {
  const result = runResult([LEAK], CLASSES);

  test('each member has its row, and who stands for it is told once', () => {
    const text = table(result, options);
    expect(text).toMatch(/^web-3 +│ L$/m);
    expect(text).toContain('web-2, web-3: by class of web\n');
    expect(text).toContain(', for 3 pairs by class\n');
  });

  test('each pair is a case of its own, marked', () => {
    const suites = readXml(junit(result)).children.map(({ attributes }) => attributes['name']);
    expect(suites).toEqual(['from web', 'from web-2', 'from web-3', 'netproof']);
    expect(tap(result)).toContain('not ok 3 - web-3 -> db tcp/5432 deny (by class of web -> db,');
  });
});

test.each([
  ['nothing', [], []],
  [
    'what no probe rests on',
    [{ id: 'x', probes: 0, masked: 0 }],
    ['not put to the test: 1 of 9 rules and default denies: x'],
  ],
  [
    'what probes did not show',
    [{ id: 'x', probes: 2, masked: 1 }],
    ['not put to the test: 1 of 9 rules and default denies: x (not shown by 2 probes)'],
  ],
  [
    'what both ends deny',
    [{ id: 'x', probes: 2, masked: 2 }],
    ["not shown, since the other end's policies deny the same: 1 of 9 rules and default denies: x"],
  ],
  [
    'a short list',
    Array.from({ length: 7 }, (_, index): UnprovenUnit => ({ id: `${index}`, probes: 0, masked: 0 })),
    ['not put to the test: 7 of 9 rules and default denies: 0; 1; 2; 3; 4; and 2 more, see -o json'],
  ],
])('coverage tells %s', (_, unproven, lines) => {
  expect(coverageLines({ coverage: { units: 9, unproven } })).toEqual(lines);
});

test('a mutation says by what each loss was told', () => {
  const mutants = [
    { id: 'a', outcome: 'noticed', by: 'evaluator', expectations: 2 },
    { id: 'b', outcome: 'noticed', by: 'packets', expectations: 1 },
    { id: 'c', outcome: 'unnoticed', by: 'packets', expectations: 0 },
    { id: 'd', outcome: 'unknown', by: 'packets', expectations: 0 },
  ] as const;
  expect(mutationLines({ mutation: { mutants } })).toEqual([
    '4 rules and default denies dropped one at a time: 1 unnoticed, 1 could not be told, 2 noticed (1 by the evaluator alone, 1 by packets)',
    '  unnoticed: c (by packets: the run without it passes as well)',
    '  could not be told: d (the run without it is inconclusive)',
  ]);
});
