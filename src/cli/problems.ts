/** How an error reads on stderr, and the exit code that it leads to. */
import { MissingRights } from '../model/access.ts';
import { EXIT, type ExitCode, type Issue, NetproofError } from '../model/errors.ts';
import { visible } from '../report/escape.ts';
import { rbacManifests } from '../report/rbac.ts';

export interface Problem {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** Expected errors in one line per issue; anything else is a bug and comes with its stack. */
export function problemOf(error: unknown): Problem {
  if (error instanceof NetproofError)
    return { text: `${linesOf(error).join('\n')}\n${cureOf(error)}`, exitCode: error.exitCode };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n').map(visible);
  return {
    text: `${['netproof: this is a bug, please report it with what follows', ...lines].join('\n')}\n`,
    exitCode: EXIT.bug,
  };
}

/** Missing rights come with the roles that grant them, ready to apply. */
function cureOf(error: NetproofError): string {
  if (!(error instanceof MissingRights)) return '';
  return `\n${rbacManifests(error.roles, { subject: error.subject, name: 'netproof-missing' })}`;
}

function linesOf(error: NetproofError): string[] {
  if (error.issues.length > 0) return error.issues.map(issueLine);
  return [withHint(`netproof: ${error.message}`, error.hint)];
}

function issueLine({ position, message, hint }: Issue): string {
  const place = position ? `${position.file}:${position.line}:${position.column}` : 'netproof';
  return withHint(`${place}: ${message}`, hint);
}

function withHint(text: string, hint: string | undefined): string {
  return visible(hint === undefined ? text : `${text} (hint: ${hint})`);
}
