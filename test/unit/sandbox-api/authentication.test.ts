/** Who asks: bearer tokens, and acting as somebody else. */
import { describe, expect, test } from '@jest/globals';
import type { Attributes } from '../../../src/sandbox/api/auth/attributes.ts';
import { Guard } from '../../../src/sandbox/api/auth/guard.ts';
import { answerReview, REVIEWS } from '../../../src/sandbox/api/auth/reviews.ts';
import { requestToken } from '../../../src/sandbox/api/auth/token-request.ts';
import { ISSUER, Tokens } from '../../../src/sandbox/api/auth/tokens.ts';
import type { User } from '../../../src/sandbox/api/auth/user.ts';
import type { JsonObject, Known } from '../../../src/sandbox/api/object.ts';
import { Store } from '../../../src/sandbox/api/store.ts';
import { seedRoles } from '../../../src/sandbox/control/roles.ts';
import { NOW, refusal } from './support.ts';

const HOUR_S = 3600;
const BOT = 'system:serviceaccount:ci:bot';
const account = (): Known['serviceaccounts'] => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'bot', namespace: 'ci', uid: '', resourceVersion: '', creationTimestamp: '' },
});
const path = (name: string): Attributes => ({ kind: 'path', verb: 'get', path: name });

class Place {
  now = NOW;
  readonly store = new Store(() => NOW);
  readonly tokens = new Tokens(this.store, () => this.now);
  readonly guard = new Guard('secret', this.tokens, this.store);
  readonly bot = this.store.create('serviceaccounts', account());

  constructor() {
    seedRoles(this.store);
  }

  issue(seconds = HOUR_S, audiences: readonly string[] = [ISSUER]): string {
    return this.tokens.issue(
      { namespace: 'ci', name: 'bot', uid: this.bot?.metadata.uid ?? '' },
      seconds,
      audiences,
    );
  }

  as(token: string, headers: Readonly<Record<string, string>> = {}, asked = path('/version')): User {
    return this.guard.admit({ authorization: `Bearer ${token}`, ...headers }, asked);
  }
}

describe('a token', () => {
  test('names its service account and the groups that it is in', () => {
    const place = new Place();
    expect(place.as(place.issue())).toMatchObject({
      username: BOT,
      uid: place.bot?.metadata.uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'],
    });
  });

  test.each<[string, (place: Place) => string]>([
    ['nobody has', () => 'nonsense'],
    ['is empty', () => ''],
    [
      'is over',
      (place) => {
        const token = place.issue();
        place.now += HOUR_S * 1000;
        return token;
      },
    ],
    ['is meant for somebody else', (place) => place.issue(HOUR_S, ['vault'])],
    [
      'was changed',
      (place) => {
        const [head, body = '', signature] = place.issue().split('.');
        const claims = Buffer.from(body, 'base64url').toString().replaceAll('bot', 'root');
        return [head, Buffer.from(claims).toString('base64url'), signature].join('.');
      },
    ],
    ['another cluster gave', () => new Place().issue()],
    [
      'outlived its service account',
      (place) => {
        const token = place.issue();
        place.store.remove('serviceaccounts', 'ci', 'bot', place.bot?.metadata.uid ?? '');
        return token;
      },
    ],
    [
      'is of one that was made anew',
      (place) => {
        const token = place.issue();
        place.store.remove('serviceaccounts', 'ci', 'bot', place.bot?.metadata.uid ?? '');
        place.store.create('serviceaccounts', account());
        return token;
      },
    ],
  ])('that %s is refused with 401', (_name, tokenOf) => {
    const place = new Place();
    const token = tokenOf(place);
    expect(refusal(() => place.as(token))).toMatchObject({ code: 401, message: 'Unauthorized' });
  });

  test('can be asked for, for at least ten minutes', () => {
    const { bot = account(), tokens } = new Place();
    const answer = requestToken(bot, { spec: { expirationSeconds: 600 } }, tokens, NOW);
    expect(answer).toMatchObject({
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600, audiences: [ISSUER] },
      status: { token: expect.any(String), expirationTimestamp: '2026-01-02T03:14:05Z' },
    });
    expect(refusal(() => requestToken(bot, { spec: { expirationSeconds: 599 } }, tokens, NOW))).toMatchObject(
      {
        code: 422,
        message:
          'TokenRequest.authentication.k8s.io "bot" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
      },
    );
  });

  test('is demanded of everybody', () => {
    const { guard } = new Place();
    expect(refusal(() => guard.admit({}, path('/version')))).toMatchObject({ code: 401 });
    expect(refusal(() => guard.admit({ authorization: 'Basic secret' }, path('/version')))).toMatchObject({
      code: 401,
    });
  });
});

describe('acting as somebody else', () => {
  const place = new Place();
  test.each([
    ['a user', { 'impersonate-user': 'jane' }, { username: 'jane', groups: ['system:authenticated'] }],
    [
      'a user in groups',
      { 'impersonate-user': 'jane', 'impersonate-group': 'dev, ops' },
      { username: 'jane', groups: ['dev', 'ops', 'system:authenticated'] },
    ],
    [
      'a service account, with its groups',
      { 'impersonate-user': BOT },
      {
        username: BOT,
        groups: ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'],
      },
    ],
    [
      'a user with all that is known of her',
      { 'impersonate-user': 'jane', 'impersonate-uid': '7', 'impersonate-extra-team%2fname': 'a' },
      { username: 'jane', uid: '7', extra: { 'team/name': ['a'] } },
    ],
  ])('the administrator may: %s', (_name, headers, user) => {
    expect(place.as('secret', headers)).toMatchObject(user);
  });

  test('has the rights of that one, not of the one who acts', () => {
    expect(refusal(() => place.as('secret', { 'impersonate-user': 'jane' }, path('/metrics')))).toMatchObject(
      {
        code: 403,
        message: 'forbidden: User "jane" cannot get path "/metrics"',
      },
    );
  });

  test.each([
    [
      { 'impersonate-user': 'jane' },
      'users "jane" is forbidden: User "USER" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:a:b' },
      'serviceaccounts "b" is forbidden: User "USER" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "a"',
    ],
  ])('others may not: %j', (headers, message) => {
    expect(refusal(() => place.as(place.issue(), headers))).toMatchObject({
      code: 403,
      message: message.replace('USER', BOT),
    });
  });

  test('without saying as whom is an error', () => {
    expect(refusal(() => place.as('secret', { 'impersonate-group': 'dev' }))).toMatchObject({ code: 500 });
  });
});

describe('a review', () => {
  const place = new Place();
  const ask = (
    kind: string,
    spec: JsonObject,
    user: User = place.as(place.issue()),
    namespace = '',
  ): unknown => {
    const review = REVIEWS.find((one) => one.kind === kind);
    if (!review) throw new Error(`no ${kind}`);
    const { store, guard } = place;
    return (answerReview(review, { spec }, { store, guard, user }, namespace) as { status: unknown }).status;
  };
  const about = { verb: 'get', resource: 'pods', namespace: 'ci' };
  const admin = place.as('secret');

  test('of oneself answers by the rules', () => {
    expect(ask('SelfSubjectAccessReview', { resourceAttributes: about })).toEqual({ allowed: false });
    expect(ask('SelfSubjectAccessReview', { resourceAttributes: about }, admin)).toEqual({ allowed: true });
    expect(
      ask('SelfSubjectAccessReview', { nonResourceAttributes: { verb: 'get', path: '/version' } }),
    ).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
  });

  test('of another answers for that one', () => {
    const subject = { user: 'jane', groups: ['system:masters'] };
    expect(ask('SubjectAccessReview', { resourceAttributes: about, ...subject })).toEqual({ allowed: true });
    expect(ask('SubjectAccessReview', { resourceAttributes: about, user: 'jane' }, admin)).toEqual({
      allowed: false,
    });
    expect(ask('LocalSubjectAccessReview', { resourceAttributes: about, ...subject }, admin, 'ci')).toEqual({
      allowed: true,
    });
    expect(
      refusal(() => ask('LocalSubjectAccessReview', { resourceAttributes: about, ...subject }, admin, 'cd')),
    ).toMatchObject({ code: 400 });
  });

  test.each<[string, JsonObject, string]>([
    [
      'SelfSubjectAccessReview',
      {},
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      'SelfSubjectAccessReview',
      { resourceAttributes: {}, nonResourceAttributes: {} },
      'cannot be specified in combination',
    ],
    ['SubjectAccessReview', { resourceAttributes: {} }, 'at least one of user or group must be specified'],
  ])('%s of %j makes no sense', (kind, spec, message) => {
    expect(refusal(() => ask(kind, spec))).toMatchObject({
      code: 422,
      message: expect.stringContaining(message),
    });
  });

  test('tells who one is, what one may, and whose a token is', () => {
    expect(ask('SelfSubjectReview', {})).toMatchObject({ userInfo: { username: BOT } });
    expect(ask('SelfSubjectRulesReview', { namespace: 'ci' })).toMatchObject({
      resourceRules: expect.arrayContaining([expect.objectContaining({ resources: ['selfsubjectreviews'] })]),
      nonResourceRules: expect.arrayContaining([expect.objectContaining({ verbs: ['get'] })]),
    });
    expect(ask('TokenReview', { token: place.issue() })).toMatchObject({
      authenticated: true,
      user: { username: BOT },
    });
    expect(ask('TokenReview', { token: 'x' })).toMatchObject({ error: 'invalid bearer token' });
  });
});
