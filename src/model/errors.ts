/** Errors that netproof expects. Anything else that is thrown is a bug: stack trace, exit code 70. */

export const EXIT = {
  proven: 0,
  failed: 1,
  usage: 2,
  unenforced: 3,
  inconclusive: 4,
  incomplete: 5,
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A place in a file, counted from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with the input: where, what, and what to write instead. */
export interface Issue {
  readonly message: string;
  readonly position?: Position;
  readonly hint?: string;
}

export type ErrorCode =
  | 'usage'
  | 'scenario-invalid'
  | 'config-invalid'
  | 'file-unreadable'
  | 'cluster-unreachable'
  | 'forbidden'
  | 'namespace-exists'
  | 'namespace-missing'
  | 'target-empty'
  | 'deploy-failed'
  | 'unenforced'
  | 'interrupted'
  | 'sandbox-failed'
  | 'api-error';

export class NetproofError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly issues: readonly Issue[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { exitCode?: ExitCode; hint?: string; issues?: readonly Issue[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NetproofError';
    this.code = code;
    this.exitCode = options.exitCode ?? defaultExitCode(code);
    this.hint = options.hint;
    this.issues = options.issues ?? [];
  }
}

function defaultExitCode(code: ErrorCode): ExitCode {
  switch (code) {
    case 'usage':
    case 'scenario-invalid':
    case 'config-invalid':
    case 'file-unreadable':
    case 'namespace-exists':
    case 'namespace-missing':
    case 'target-empty':
      return EXIT.usage;
    case 'unenforced':
      return EXIT.unenforced;
    case 'cluster-unreachable':
    case 'forbidden':
    case 'deploy-failed':
    case 'interrupted':
    case 'sandbox-failed':
    case 'api-error':
      return EXIT.incomplete;
  }
}
