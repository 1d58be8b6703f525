import { describe, expect, test } from '@jest/globals';
import type { Predicted } from '../../../src/model/prediction.ts';
import type { ProbeRecord } from '../../../src/model/record.ts';
import type { Expect } from '../../../src/model/scenario.ts';
import type { Cause, Verdict } from '../../../src/model/verdict.ts';
import { coverageOf } from '../../../src/verdict/coverage.ts';
import { diagnose } from '../../../src/verdict/diagnosis.ts';
import { judge } from '../../../src/verdict/judge.ts';
import { attempt, observation, probe, record, SIGHTING } from '../../support/record.ts';

const says = (words: string, more: Partial<Predicted> = {}): Predicted => {
  const [verdict, doubt] = words.split(' ') as [Predicted['verdict'], string | undefined];
  const certain = verdict !== 'unknown' && doubt === undefined;
  const doubts = doubt === undefined ? [] : ['nobody knows'];
  return { verdict, certain, because: 'rule x decides', doubts, units: [], ...more };
};

const FAILS: readonly Cause[] = ['leak', 'leak-one-way', 'blocked', 'reply-lost', 'wrong-status'];
const PASSES: readonly Cause[] = ['dropped', 'rejected', 'reached'];

function verdictOf(cause: Cause, flaky = false): Verdict {
  const kind = FAILS.includes(cause) ? 'fail' : PASSES.includes(cause) ? 'pass' : 'inconclusive';
  return { probe: 0, verdict: kind, cause, because: 'seen', flaky, controls: {} } as Verdict;
}

function kindOf(expected: Expect, prediction: Predicted, verdict: Verdict): string {
  const { diagnosis } = diagnose({ probes: [probe({ expect: expected, prediction })] }, [verdict])[0] ?? {};
  return diagnosis?.kind ?? '';
}

// Intent, policies, what packets did → where it comes from; an empty field is nothing to explain.
test.each([
  // Expected deny.
  ['deny', 'deny', 'dropped', ''],
  ['deny', 'deny', 'rejected', ''],
  ['deny', 'allow', 'dropped', 'right-by-accident'],
  ['deny', 'allow', 'rejected', 'right-by-accident'],
  ['deny', 'allow', 'leak', 'policy-or-intent'],
  ['deny', 'deny', 'leak', 'enforcement'],
  ['deny', 'deny', 'leak-one-way', 'enforcement'],
  // The policies let packets and their answers through, and the answers did not come.
  ['deny', 'allow', 'leak-one-way', 'both'],
  ['deny', 'allow', 'leak flaky', 'both'],
  ['deny', 'deny', 'leak flaky', 'enforcement'],
  // Expected allow.
  ['allow', 'allow', 'reached', ''],
  ['allow', 'deny', 'reached', 'right-by-accident'],
  ['allow', 'deny', 'blocked', 'policy-or-intent'],
  ['allow', 'allow', 'blocked', 'enforcement'],
  ['allow', 'allow', 'reply-lost', 'enforcement'],
  ['allow', 'deny', 'reply-lost', 'both'],
  ['allow', 'allow', 'wrong-status', 'environment'],
  ['allow', 'deny', 'wrong-status', 'both'],
  // What can't be concluded is nobody's fault yet.
  ['deny', 'deny', 'listener-dead', 'environment'],
  ['deny', 'allow', 'closed-port', 'environment'],
  ['allow', 'deny', 'source-mute', 'environment'],
  ['allow', 'unknown', 'starved', 'environment'],
  // Without a certain prediction no blame is laid.
  ['deny', 'deny ?', 'leak', 'unknown'],
  ['deny', 'allow ?', 'leak', 'unknown'],
  ['allow', 'unknown', 'blocked', 'unknown'],
  ['deny', 'allow ?', 'dropped', ''],
  ['deny', 'unknown', 'dropped', ''],
  ['allow', 'deny ?', 'reached', ''],
] as const)('expected %s, policies %s, packets %s: %s', (expected, policies, seen, kind) => {
  const [cause, flaky] = seen.split(' ') as [Cause, string | undefined];
  expect(kindOf(expected, says(policies), verdictOf(cause, flaky !== undefined))).toBe(kind);
});

describe('a diagnosis', () => {
  const told = (expected: Expect, prediction: Predicted, cause: Cause): string =>
    diagnose({ probes: [probe({ expect: expected, prediction })] }, [verdictOf(cause)])[0]?.diagnosis
      ?.because ?? '';

  test("names the deciding rule and the expectation's line", () => {
    expect(told('deny', says('allow'), 'leak')).toBe(
      'the policies allow it: rule x decides; packets agree, against scenario.yaml:10:3, which expects deny: one of the two has to change',
    );
    expect(told('deny', says('deny'), 'leak')).toBe(
      'the policies deny it: rule x decides; packets got through',
    );
  });

  test('says why it is none', () => {
    expect(told('allow', says('unknown'), 'blocked')).toBe('rule x decides');
    expect(told('deny', says('deny ?'), 'leak')).toBe(
      'probably the policies deny it: rule x decides; but nobody knows',
    );
  });

  test('is left out where nobody asked the policies', () => {
    expect(diagnose({ probes: [probe()] }, [verdictOf('leak')])).toEqual([verdictOf('leak')]);
  });
});

test('what the policies say never reaches a verdict', () => {
  const seen = [
    observation('timed-out'),
    observation('connected', { seen: [SIGHTING] }),
    observation('refused'),
    observation('timed-out', { attempts: [attempt('timed-out'), attempt('errored', 1000)] }),
  ];
  const probes = seen.flatMap((each) =>
    (['allow', 'deny'] as const).map((expected) => probe({ expect: expected, observation: each })),
  );
  const plain = judge(record({ probes }));
  for (const words of ['allow', 'deny', 'allow ?', 'unknown']) {
    const predicted = probes.map((each): ProbeRecord => ({ ...each, prediction: says(words) }));
    expect(judge(record({ probes: predicted }))).toEqual(plain);
  }
});

describe('coverage', () => {
  const RULE = 'NetworkPolicy shop/web ingress[0]';
  const unproven = (prediction: Predicted, verdict: Verdict) =>
    coverageOf({ probes: [probe({ prediction })], units: [RULE, 'other'] }, [verdict]).unproven;
  const other = { id: 'other', probes: 0, masked: 0 };
  const units = [RULE];

  test.each([
    [
      'packets that were let through by it show it',
      says('allow', { units }),
      verdictOf('reached'),
      undefined,
    ],
    ['against the intent too', says('allow', { units }), verdictOf('leak'), undefined],
    ['packets that did otherwise do not', says('deny', { units }), verdictOf('leak'), 0],
    ['nor what can not be concluded', says('deny', { units }), verdictOf('source-mute'), 0],
    ['nor an uncertain prediction', says('deny ?', { units }), verdictOf('dropped'), 0],
    ['nor a deny at both ends', says('deny', { units, masked: true }), verdictOf('dropped'), 1],
  ])('%s', (_, prediction, verdict, masked) => {
    const rest = masked === undefined ? [] : [{ id: RULE, probes: 1, masked }];
    expect(unproven(prediction, verdict)).toEqual([...rest, other]);
  });
});
