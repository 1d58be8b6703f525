/** What can go wrong with a request, what may be tried again, and how it is told to a person. */
import { isNativeError } from 'node:util/types';
import type { ApiError } from './cluster.ts';
import { NetproofError } from '../model/errors.ts';

/** The server answered, but not with success. */
export class AnswerFault extends Error {
  readonly answer: ApiError;
  readonly retryAfterMs: number | undefined;

  constructor(answer: ApiError, retryAfterMs?: number) {
    super(answer.message);
    this.name = 'AnswerFault';
    this.answer = answer;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer, or only a part of one. */
export class LinkFault extends Error {
  readonly code: string;
  /** True if the request surely never left: nothing was changed by it. */
  readonly neverSent: boolean;

  constructor(cause: unknown) {
    const error = firstError(cause);
    super(error.message, { cause });
    this.name = 'LinkFault';
    this.code = error.code ?? '';
    this.neverSent = error.syscall === 'connect' || error.syscall === 'getaddrinfo';
  }
}

export type Fault = AnswerFault | LinkFault;

export function isFault(error: unknown): error is Fault {
  return error instanceof AnswerFault || error instanceof LinkFault;
}

/** A name with several addresses fails with one error per address. */
function firstError(cause: unknown): NodeJS.ErrnoException {
  if (!isNativeError(cause)) return new Error(String(cause));
  const [first]: unknown[] = 'errors' in cause && Array.isArray(cause.errors) ? cause.errors : [];
  return first === undefined ? cause : firstError(first);
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof AnswerFault ? error.answer.status : undefined;
}

export function retryAfterMs(error: unknown): number | undefined {
  return error instanceof AnswerFault ? error.retryAfterMs : undefined;
}

/** The resource version or page token is too old: list again. */
export function isExpired(error: unknown): boolean {
  return statusOf(error) === 410;
}

/** Faults that may pass by themselves, for requests that can be made twice. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AnswerFault) {
    const { status } = error.answer;
    return status === 429 || (status >= 500 && status !== 501);
  }
  return error instanceof LinkFault && !isCertificateError(error.code) && error.code !== 'ENOTFOUND';
}

/** Faults after which a request that must not be made twice may be made again: the server surely did nothing. */
export function isUntouched(error: unknown): boolean {
  if (error instanceof AnswerFault) {
    const { status } = error.answer;
    return status === 429 || (status === 503 && error.retryAfterMs !== undefined);
  }
  return error instanceof LinkFault && error.neverSent && isTransient(error);
}

function isCertificateError(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code);
}

/** What was asked for, in the words of RBAC. */
export interface Attempted {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
}

export interface Where {
  readonly server: string;
  readonly context: string;
}

/** A fault becomes the error that `Cluster` promises; anything else (a caller's own exception) stays what it is. */
export function translate(error: unknown, attempted: Attempted, where: Where): unknown {
  if (error instanceof LinkFault) return unreachable(error, where);
  if (!(error instanceof AnswerFault)) return error;
  const { answer } = error;
  if (answer.status === 401) return unauthorized(inWords(attempted), answer, where);
  if (answer.status === 403) return forbidden(attempted, answer);
  return new NetproofError('api-error', `cannot ${inWords(attempted)}: ${answer.message}`, { cause: answer });
}

function inWords({ verb, resource, namespace }: Attempted): string {
  return `${verb} ${resource}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

function unauthorized(what: string, answer: ApiError, where: Where): NetproofError {
  return new NetproofError(
    'forbidden',
    `cannot ${what}: ${where.server} does not accept the credentials of context "${where.context}" (401)`,
    { hint: 'the token may have expired: log in again, then see whether kubectl works', cause: answer },
  );
}

/** Quotas and Pod Security answer 403 too; only RBAC's own refusals can be cured with a role. */
function forbidden(attempted: Attempted, answer: ApiError): NetproofError {
  // What is missing may be the right to list, with which a watch begins.
  const verb = /cannot (\S+) resource/.exec(answer.message)?.[1];
  const what = inWords({ ...attempted, verb: verb ?? attempted.verb });
  return new NetproofError('forbidden', `not allowed to ${what}: ${answer.message}`, {
    ...(verb !== undefined && { hint: 'netproof rbac prints the roles that are needed' }),
    cause: answer,
  });
}

function unreachable(fault: LinkFault, where: Where): NetproofError {
  const { why, hint } = explain(fault);
  return new NetproofError(
    'cluster-unreachable',
    `cannot reach the API server ${where.server} of context "${where.context}": ${why}`,
    { ...(hint !== undefined && { hint }), cause: fault },
  );
}

function explain(fault: LinkFault): { why: string; hint?: string } {
  if (isCertificateError(fault.code)) {
    return {
      why: `its certificate is not trusted (${fault.message})`,
      hint: 'check certificate-authority-data',
    };
  }
  switch (fault.code) {
    case 'ECONNREFUSED':
      return { why: 'connection refused', hint: 'is the cluster running?' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        why: 'its name does not resolve',
        hint: 'check the VPN and the server address in the kubeconfig',
      };
    case 'ETIMEDOUT':
      return { why: 'no answer in time', hint: 'check the VPN, proxies and firewalls on the way' };
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        why: 'the connection broke off before it answered',
        hint: 'run again if the API server was restarted',
      };
    default:
      return { why: fault.message };
  }
}
