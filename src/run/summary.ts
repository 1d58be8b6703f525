/** The summary decides the exit code: never a reporter, never a count. */
import { EXIT, type ExitCode } from '../model/errors.ts';
import type { RunRecord } from '../model/record.ts';
import type { Summary } from '../model/result.ts';
import type { Verdict, VerdictKind } from '../model/verdict.ts';
import { classesByName, probedPairs, weightOf } from '../verdict/pairs.ts';

export function summarise(record: RunRecord, verdicts: readonly Verdict[]): Summary {
  const classes = classesByName(record.classes);
  const weights = probedPairs({ verdicts, record }).map(({ probe }) => weightOf(probe, classes));
  const count = (counts: (verdict: Verdict) => boolean): number =>
    verdicts.reduce((sum, verdict, at) => sum + (counts(verdict) ? soundAt(weights, at) : 0), 0);
  const of = (kind: VerdictKind): number => count(({ verdict }) => verdict === kind);
  const fail = of('fail');
  const inconclusive = of('inconclusive') + weights.reduce((sum, { broken }) => sum + broken, 0);
  const total = weights.reduce((sum, { pairs }) => sum + pairs, 0);
  return {
    total,
    ...(classes.size > 0 ? { probed: verdicts.length } : {}),
    pass: of('pass'),
    fail,
    inconclusive,
    flaky: count(({ flaky }) => flaky),
    settledMs: Math.max(0, ...record.probers.map(({ startedAt, settledAt }) => settledAt - startedAt)),
    exitCode: exitCode(total, fail, inconclusive),
  };
}

function soundAt(
  weights: readonly { readonly pairs: number; readonly broken: number }[],
  at: number,
): number {
  const { pairs = 1, broken = 0 } = weights[at] ?? {};
  return pairs - broken;
}

function exitCode(total: number, fail: number, inconclusive: number): ExitCode {
  if (fail > 0) return EXIT.failed;
  // Nothing asked is nothing proven.
  return inconclusive > 0 || total === 0 ? EXIT.inconclusive : EXIT.proven;
}
