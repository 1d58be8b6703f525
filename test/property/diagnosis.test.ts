/** Whatever is intended, predicted and seen, a diagnosis says no more than what follows from the three. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Predicted } from '../../src/model/prediction.ts';
import type { Cause, Verdict } from '../../src/model/verdict.ts';
import { agrees, diagnose, packetsOf } from '../../src/verdict/diagnosis.ts';
import { probe } from '../support/record.ts';

const CAUSES = {
  pass: { deny: ['dropped', 'rejected'], allow: ['reached'] },
  fail: { deny: ['leak', 'leak-one-way'], allow: ['blocked', 'reply-lost', 'wrong-status'] },
  inconclusive: { deny: ['closed-port', 'starved'], allow: ['source-mute', 'intercepted'] },
} as const;

const seen = fc
  .tuple(
    fc.constantFrom('pass', 'fail', 'inconclusive'),
    fc.constantFrom('allow', 'deny'),
    fc.nat(),
    fc.boolean(),
  )
  .map(([kind, expected, which, flaky]) => {
    const causes: readonly Cause[] = CAUSES[kind][expected];
    const cause = causes[which % causes.length];
    const verdict = { probe: 0, verdict: kind, cause, because: 'seen', flaky, controls: {} } as Verdict;
    return { expected, verdict };
  });

const predictions = fc
  .record({ verdict: fc.constantFrom('allow', 'deny', 'unknown'), sure: fc.boolean() })
  .map(({ verdict, sure }): Predicted => {
    const certain = sure && verdict !== 'unknown';
    return { verdict, certain, because: 'r', doubts: certain ? [] : ['d'], units: [] };
  });

test('a diagnosis follows from intent, policies and packets', () => {
  fc.assert(
    fc.property(seen, predictions, ({ expected, verdict }, prediction) => {
      const [told] = diagnose({ probes: [probe({ expect: expected, prediction })] }, [verdict]);
      const { diagnosis, ...rest } = told as Verdict;
      expect(rest).toEqual(verdict);
      const asMeant = prediction.verdict === expected;
      const obeyed = agrees(prediction, packetsOf(verdict));
      const holds: Readonly<Record<string, boolean>> = {
        none: verdict.verdict === 'pass' && (asMeant || !prediction.certain),
        'policy-or-intent': verdict.verdict === 'fail' && prediction.certain && !asMeant && obeyed,
        enforcement: verdict.verdict === 'fail' && prediction.certain && asMeant && !obeyed,
        both: verdict.verdict === 'fail' && prediction.certain && !asMeant && !obeyed,
        'right-by-accident': verdict.verdict === 'pass' && prediction.certain && !asMeant,
        environment:
          verdict.verdict === 'inconclusive' ||
          (verdict.cause === 'wrong-status' && prediction.certain && asMeant && obeyed),
        unknown: verdict.verdict === 'fail' && !prediction.certain,
      };
      expect(Object.keys(holds).filter((kind) => holds[kind])).toEqual([diagnosis?.kind ?? 'none']);
    }),
    { numRuns: 500 },
  );
});
