/** What must hold for every record, whatever was recorded. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome, RunRecord } from '../../src/model/record.ts';
import { judge } from '../../src/verdict/judge.ts';
import {
  attempt,
  listener,
  observation,
  PATH,
  probe,
  prober,
  record,
  REJECTING,
  SIGHTING,
  T0,
} from '../support/record.ts';

const OUTCOMES: readonly Outcome[] = [
  'connected',
  'refused',
  'unreachable',
  'timed-out',
  'dns-failed',
  'tls-failed',
  'errored',
];

const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 6 });
const silences = fc.array(fc.constantFrom<Outcome>('timed-out', 'refused'), { minLength: 1 });

/** One fault among many facts that are as they should be: of even chances, hardly a record would be fit to pass. */
const mostly = (usual: boolean): fc.Arbitrary<boolean> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(!usual) });

/** Everything that may be there or not; all true is the best-proven silence. */
const facts = fc.record({
  expect: fc.constantFrom('allow' as const, 'deny' as const),
  outcomes: fc.oneof(outcomes, silences),
  stable: mostly(true),
  seen: mostly(false),
  echoes: fc.boolean(),
  rejecting: fc.boolean(),
  proberComplete: mostly(true),
  listenerComplete: mostly(true),
  alive: mostly(true),
  awake: mostly(true),
  listenerLink: mostly(true),
  sourceLink: mostly(true),
  path: mostly(true),
});
type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never;

function recordOf(given: Facts): RunRecord {
  const attempts = given.outcomes.map((outcome, index) =>
    attempt(
      outcome,
      index * 100,
      outcome === 'connected' && !given.echoes ? { echoed: false, by: undefined as never } : {},
    ),
  );
  const outcome = given.outcomes.at(-1) as Outcome;
  const seen = given.seen ? [SIGHTING] : [];
  const base = listener();
  return record({
    ...(given.rejecting ? { capabilities: REJECTING } : {}),
    probes: [
      probe({
        expect: given.expect,
        observation: observation(outcome, { attempts, stable: given.stable, seen }),
      }),
    ],
    probers: [prober({ complete: given.proberComplete, kubeletAt: given.sourceLink ? [T0] : [] })],
    listeners: [
      listener({
        complete: given.listenerComplete,
        alive: given.alive ? base.alive : {},
        lag: given.awake ? base.lag : [[T0 + 3000, 5000]],
        kubeletAt: given.listenerLink ? [T0] : [],
      }),
    ],
    controls: given.path ? [PATH] : [],
  });
}

const verdictOf = (given: Facts) => judge(recordOf(given))[0];

test('a deny passes only by silence or rejection of every attempt that was one, with every control and complete logs', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const verdict = verdictOf(given);
      if (given.expect !== 'deny' || verdict?.verdict !== 'pass') return;
      expect(given.seen).toBe(false);
      const allowed = given.rejecting ? ['timed-out', 'refused'] : ['timed-out'];
      // Others are no answers: nothing was sent, or the source was at fault (wire.ts, Outcome).
      const answers = given.outcomes.filter((outcome) => !['errored', 'dns-failed'].includes(outcome));
      expect(answers).not.toEqual([]);
      expect(answers.filter((outcome) => !allowed.includes(outcome))).toEqual([]);
      const { stable, proberComplete, listenerComplete, alive, awake, listenerLink, sourceLink, path } =
        given;
      expect([
        stable,
        proberComplete,
        listenerComplete,
        alive,
        awake,
        listenerLink,
        sourceLink,
        path,
      ]).not.toContain(false);
    }),
    { numRuns: 2000 },
  );
});

test('taking any control away never turns a verdict into a pass', () => {
  const switches = [
    'stable',
    'proberComplete',
    'listenerComplete',
    'alive',
    'awake',
    'listenerLink',
    'sourceLink',
    'path',
  ] as const;
  fc.assert(
    fc.property(facts, fc.constantFrom(...switches), (given, control) => {
      fc.pre(given[control]);
      if (verdictOf(given)?.verdict === 'pass') return;
      expect(verdictOf({ ...given, [control]: false })?.verdict).not.toBe('pass');
    }),
    { numRuns: 2000 },
  );
});

test('an error at the source, a lost batch or an unresolved name never proves anything', () => {
  fc.assert(
    fc.property(facts, fc.constantFrom('errored' as const, 'dns-failed' as const), (given, outcome) => {
      const verdict = verdictOf({ ...given, outcomes: [outcome], seen: false });
      expect(verdict?.verdict).toBe('inconclusive');
    }),
  );
});

test('a nonce that arrived against a deny is a leak, whatever else is missing, if its batch is complete', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const verdict = verdictOf({ ...given, expect: 'deny', seen: true, proberComplete: true });
      expect(verdict?.verdict).toBe('fail');
    }),
  );
});
