import type { ExceptionUse } from '../../model/audit.ts';
import { count } from '../../report/text.ts';
import type { Check, Found, Outcome } from '../check.ts';

/** Runs last and by itself: it is about what became of the exceptions once all findings were known. */
export const exceptions: Omit<Check, 'run'> = {
  id: 'exceptions',
  step: 'beyond',
  title: 'Approved exceptions are needed and still hold',
  rules: {
    'expired-exception': 'An approved exception has expired: it covers nothing any more.',
    'unused-exception': 'An approved exception covers no finding: it can go.',
  },
};

export function examineExceptions(uses: readonly ExceptionUse[]): Outcome {
  if (uses.length === 0) return { kind: 'not-applicable', because: 'no exceptions were given' };
  return {
    kind: 'examined',
    because: `${count(uses.length, 'approved exception')} laid over the findings`,
    findings: uses.flatMap(findings),
    evidence: [
      {
        title: 'Exceptions',
        columns: ['Exception', 'What', 'Owner', 'Reason', 'Approved by', 'Expires', 'State', 'Findings'],
        rows: uses.map(({ id, what, owner, reason, approvedBy, expires, state, findings: covered }) => [
          id,
          what,
          owner,
          reason,
          approvedBy,
          expires,
          state,
          String(covered.length),
        ]),
      },
    ],
  };
}

function findings({ id, what, owner, expires, state, where }: ExceptionUse): Found[] {
  const subject = { kind: 'Exception', name: id };
  switch (state) {
    case 'used':
      return [];
    case 'unused': {
      const message = `exception ${id} (${what}) of ${owner} covers no finding`;
      return [{ rule: 'unused-exception', severity: 'warn', subject, message, where }];
    }
    case 'expired': {
      const message = `exception ${id} (${what}) of ${owner} expired on ${expires}`;
      return [{ rule: 'expired-exception', severity: 'fail', subject, message, where }];
    }
  }
}
