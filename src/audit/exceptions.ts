/** Approved exceptions: read from a file, laid over findings, and examined themselves. */
import type { ExceptionState, ExceptionUse, Finding } from '../model/audit.ts';
import { subjectKey } from '../model/audit.ts';
import type { Issue, Position } from '../model/errors.ts';
import type { Files } from '../scenario/files.ts';
import { matchesGlob } from '../scenario/glob.ts';
import type { Document } from '../scenario/yaml.ts';
import { readChecked } from './config/read.ts';
import { exceptionsSchema } from './config/schema.ts';

interface ExceptionEntry {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly owner: string;
  readonly reason: string;
  readonly approvedBy: string;
  /** `YYYY-MM-DD`, the last day. */
  readonly expires: string;
}

export interface Exception extends ExceptionEntry {
  readonly where: Position;
}

export interface Exceptions {
  readonly file?: { readonly name: string; readonly digest: string };
  readonly list: readonly Exception[];
}

export const NO_EXCEPTIONS: Exceptions = { list: [] };

/** Throws `file-unreadable`, or `config-invalid` with every issue at its file, line and column. */
export async function loadExceptions(path: string, files: Files): Promise<Exceptions> {
  const { content, at, digest } = await readChecked<{ readonly exceptions: readonly ExceptionEntry[] }>(
    path,
    files,
    exceptionsSchema,
    ({ exceptions }, place) => issuesIn(exceptions, place),
  );
  return {
    file: { name: path, digest },
    list: content.exceptions.map((entry, index) => ({ ...entry, where: at(['exceptions', index]) })),
  };
}

function issuesIn(entries: readonly ExceptionEntry[], at: Document['at']): Issue[] {
  const seen = new Set<string>();
  return entries.flatMap(({ id, expires }, index) => {
    const issues: Issue[] = [];
    if (seen.has(id)) {
      issues.push({ message: `"${id}" is here twice`, position: at(['exceptions', index, 'id']) });
    }
    seen.add(id);
    if (!isDay(expires)) {
      const position = at(['exceptions', index, 'expires']);
      issues.push({ message: `"${expires}" is no day of the calendar`, position });
    }
    return issues;
  });
}

function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

export interface Covered {
  readonly findings: readonly Finding[];
  readonly uses: readonly ExceptionUse[];
}

/**
 * The findings with the exceptions that cover them, and what became of each exception. One that has expired covers
 * nothing.
 *
 * @param today `YYYY-MM-DD`, UTC
 */
export function applyExceptions(
  findings: readonly Finding[],
  exceptions: Exceptions,
  today: string,
): Covered {
  const valid = exceptions.list.filter(({ expires }) => expires >= today);
  const covered = findings.map((finding) => {
    const exception = valid.find((each) => covers(each, finding));
    if (exception === undefined) return finding;
    const { id, owner, expires } = exception;
    return { ...finding, exception: { id, owner, expires } };
  });
  return { findings: covered, uses: exceptions.list.map((each) => useOf(each, covered, today)) };
}

/** A note needs no permission. */
function covers({ rule, subject }: Exception, finding: Finding): boolean {
  return (
    finding.severity !== 'note' &&
    matchesGlob(rule, finding.rule) &&
    matchesGlob(subject, subjectKey(finding.subject))
  );
}

function useOf(exception: Exception, findings: readonly Finding[], today: string): ExceptionUse {
  const { id, rule, subject, owner, reason, approvedBy, expires, where } = exception;
  const mine = findings.filter((finding) =>
    expires >= today ? finding.exception?.id === id : covers(exception, finding),
  );
  const state: ExceptionState = expires < today ? 'expired' : mine.length > 0 ? 'used' : 'unused';
  const what = `${rule}: ${subject}`;
  return {
    id,
    what,
    owner,
    reason,
    approvedBy,
    expires,
    state,
    where,
    findings: mine.map((finding) => finding.id),
  };
}
