import { describe, expect, test } from '@jest/globals';
import { AnswerFault, isTransient, isUntouched, LinkFault, translate } from '../../../src/cluster/errors.ts';
import { NetproofError } from '../../../src/model/errors.ts';

const where = { server: 'https://api.example:6443', context: 'prod' };
const attempted = { verb: 'list', resource: 'pods', namespace: 'pci' };

function answer(status: number, message = 'no', retryAfterMs?: number): AnswerFault {
  return new AnswerFault({ status, reason: 'R', message }, retryAfterMs);
}
function link(code: string, syscall?: string): LinkFault {
  return new LinkFault(Object.assign(new Error(`${code}!`), { code, syscall }));
}
function told(error: unknown): NetproofError {
  const result = translate(error, attempted, where);
  if (!(result instanceof NetproofError)) throw new Error('not a NetproofError');
  return result;
}

describe('what may be tried again', () => {
  const cases: [string, Error, transient: boolean, untouched: boolean][] = [
    ['429', answer(429), true, true],
    ['500', answer(500), true, false],
    ['501', answer(501), false, false],
    ['503', answer(503), true, false],
    ['503 with Retry-After', answer(503, 'no', 1000), true, true],
    ['400', answer(400), false, false],
    ['403', answer(403), false, false],
    ['connection refused', link('ECONNREFUSED', 'connect'), true, true],
    ['connection reset', link('ECONNRESET', 'read'), true, false],
    ['silence after sending', link('ETIMEDOUT'), true, false],
    ['no connection in time', link('ETIMEDOUT', 'connect'), true, true],
    ['DNS not reachable', link('EAI_AGAIN', 'getaddrinfo'), true, true],
    ['no such host', link('ENOTFOUND', 'getaddrinfo'), false, false],
    ['untrusted certificate', link('DEPTH_ZERO_SELF_SIGNED_CERT'), false, false],
    ["a caller's bug", new TypeError('x'), false, false],
  ];
  test.each(cases)('%s', (_, error, transient, untouched) => {
    expect([isTransient(error), isUntouched(error)]).toEqual([transient, untouched]);
  });

  test('a name with several addresses that all refuse', () => {
    const each = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
    expect(isUntouched(new LinkFault(new AggregateError([each, each])))).toBe(true);
  });
});

describe('what a person is told', () => {
  test('403 by RBAC names verb, resource and namespace, and where to find the roles', () => {
    const error = told(answer(403, 'pods is forbidden: User "u" cannot list resource "pods"'));
    expect(error.code).toBe('forbidden');
    expect(error.message).toMatch(/not allowed to list pods in namespace pci: .*User "u"/);
    expect(error.hint).toMatch(/netproof rbac/);
  });

  test('403 for another reason, such as a quota, blames no role', () => {
    expect(told(answer(403, 'exceeded quota: compute')).hint).toBeUndefined();
  });

  test('401 says that the token may have expired', () => {
    const error = told(answer(401));
    expect(error.code).toBe('forbidden');
    expect(error.message).toContain('"prod"');
    expect(error.hint).toMatch(/expired/);
  });

  test('any other answer keeps the server’s words and its status', () => {
    const error = told(answer(422, 'spec.containers: Required value'));
    expect(error.code).toBe('api-error');
    expect(error.message).toContain('spec.containers: Required value');
    expect(error.cause).toEqual({ status: 422, reason: 'R', message: 'spec.containers: Required value' });
  });

  test.each([
    ['ECONNREFUSED', /connection refused/],
    ['ENOTFOUND', /does not resolve/],
    ['ETIMEDOUT', /no answer in time/],
    ['ECONNRESET', /the connection broke off before it answered/],
    ['CERT_HAS_EXPIRED', /certificate is not trusted/],
    ['EWHATEVER', /EWHATEVER!/],
  ])('%s: the server cannot be reached, and why', (code, why) => {
    const error = told(link(code));
    expect(error.code).toBe('cluster-unreachable');
    expect(error.message).toMatch(why);
    expect(error.message).toContain(where.server);
  });

  test("a caller's own exception stays what it is", () => {
    const bug = new RangeError('mine');
    expect(translate(bug, attempted, where)).toBe(bug);
  });
});
