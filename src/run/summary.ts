/** The summary decides the exit code: never a reporter, never a count. */
import { EXIT, type ExitCode } from '../model/errors.ts';
import type { RunRecord } from '../model/record.ts';
import type { Summary } from '../model/result.ts';
import type { Verdict, VerdictKind } from '../model/verdict.ts';

export function summarise(record: RunRecord, verdicts: readonly Verdict[]): Summary {
  const count = (kind: VerdictKind): number => verdicts.filter(({ verdict }) => verdict === kind).length;
  const fail = count('fail');
  const inconclusive = count('inconclusive');
  return {
    total: verdicts.length,
    pass: count('pass'),
    fail,
    inconclusive,
    flaky: verdicts.filter(({ flaky }) => flaky).length,
    settledMs: Math.max(0, ...record.probers.map(({ startedAt, settledAt }) => settledAt - startedAt)),
    exitCode: exitCode(verdicts.length, fail, inconclusive),
  };
}

function exitCode(total: number, fail: number, inconclusive: number): ExitCode {
  if (fail > 0) return EXIT.failed;
  // Nothing asked is nothing proven.
  return inconclusive > 0 || total === 0 ? EXIT.inconclusive : EXIT.proven;
}
