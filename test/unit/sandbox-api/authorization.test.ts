/** RBAC, a row per rule of https://kubernetes.io/docs/reference/access-authn-authz/rbac/. */
import { describe, expect, test } from '@jest/globals';
import { type Attributes, attributesOf } from '../../../src/sandbox/api/auth/attributes.ts';
import { denied } from '../../../src/sandbox/api/auth/denial.ts';
import { authorize } from '../../../src/sandbox/api/auth/rbac.ts';
import { type PolicyRule, covers } from '../../../src/sandbox/api/auth/rule.ts';
import type { User } from '../../../src/sandbox/api/auth/user.ts';
import { Store } from '../../../src/sandbox/api/store.ts';
import { seedRoles } from '../../../src/sandbox/control/roles.ts';

/** `GET /api/v1/pods?watch=1` as attributes. */
function asked(request: string): Attributes {
  const [method = '', address = ''] = request.split(' ');
  const url = new URL(address, 'https://api');
  return attributesOf(method, url.pathname.split('/').filter(Boolean), url.searchParams);
}

describe('a request', () => {
  const pods = '/api/v1/namespaces/shop/pods';
  test.each([
    [`GET ${pods}`, 'list core/pods in shop'],
    ['GET /api/v1/pods', 'list core/pods in -'],
    [`GET ${pods}?watch=true`, 'watch core/pods in shop'],
    [`GET ${pods}?fieldSelector=metadata.name%3Dweb`, 'list core/pods in shop named web'],
    [`GET ${pods}?watch=1&fieldSelector=metadata.name=web`, 'watch core/pods in shop named web'],
    [`GET ${pods}?fieldSelector=metadata.name!=web`, 'list core/pods in shop'],
    [`POST ${pods}`, 'create core/pods in shop'],
    [`DELETE ${pods}`, 'deletecollection core/pods in shop'],
    [`GET ${pods}/web`, 'get core/pods in shop named web'],
    [`PUT ${pods}/web`, 'update core/pods in shop named web'],
    [`PATCH ${pods}/web`, 'patch core/pods in shop named web'],
    [`DELETE ${pods}/web`, 'delete core/pods in shop named web'],
    [`GET ${pods}/web/log`, 'get core/pods/log in shop named web'],
    [`POST ${pods}/web/eviction`, 'create core/pods/eviction in shop named web'],
    [
      'GET /apis/apps/v1/namespaces/shop/deployments/api/scale',
      'get apps/deployments/scale in shop named api',
    ],
    ['GET /api/v1/nodes/one', 'get core/nodes in - named one'],
    // A namespace is in itself.
    ['GET /api/v1/namespaces/shop', 'get core/namespaces in shop named shop'],
    ['PUT /api/v1/namespaces/shop/status', 'update core/namespaces/status in shop named shop'],
    ['POST /api/v1/namespaces', 'create core/namespaces in -'],
    ['GET /api/v1', 'get path /api/v1'],
    ['GET /apis/apps/v1', 'get path /apis/apps/v1'],
    ['GET /metrics', 'get path /metrics'],
    ['POST /metrics', 'post path /metrics'],
  ])('%s asks to %s', (request, wanted) => {
    const told = asked(request);
    if (told.kind === 'path') return expect(`${told.verb} path ${told.path}`).toBe(wanted);
    const { verb, group, resource, subresource, namespace, name } = told;
    const what = `${group || 'core'}/${resource}${subresource ? `/${subresource}` : ''}`;
    return expect(`${verb} ${what} in ${namespace || '-'}${name ? ` named ${name}` : ''}`).toBe(wanted);
  });
});

const rule = (more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs: ['get', 'list', 'create'],
  apiGroups: [''],
  resources: ['pods'],
  ...more,
});

describe('a rule', () => {
  const web = 'GET /api/v1/namespaces/shop/pods/web';
  const log = `${web}/log`;
  const list = 'GET /api/v1/namespaces/shop/pods';
  const deployment = 'GET /apis/apps/v1/namespaces/shop/deployments/api';
  test.each<[string, PolicyRule, string, boolean]>([
    ['its verb', rule(), web, true],
    ['no other verb', rule(), web.replace('GET', 'DELETE'), false],
    ['every verb by a star', rule({ verbs: ['*'] }), web.replace('GET', 'DELETE'), true],
    ['no verb if it has none', rule({ verbs: [] }), web, false],
    ['its API group', rule({ apiGroups: ['apps'], resources: ['deployments'] }), deployment, true],
    ['no other API group', rule({ resources: ['deployments'] }), deployment, false],
    ['every API group by a star', rule({ apiGroups: ['*'], resources: ['deployments'] }), deployment, true],
    ['no other resource', rule({ resources: ['services'] }), web, false],
    ['every resource by a star', rule({ resources: ['*'] }), web, true],
    ['no subresource with its resource', rule(), log, false],
    ['a subresource by both names', rule({ resources: ['pods/log'] }), log, true],
    ['no resource with its subresource', rule({ resources: ['pods/log'] }), web, false],
    ['every subresource by a star', rule({ resources: ['*'] }), log, true],
    ['one subresource of every resource', rule({ resources: ['*/log'] }), log, true],
    ['no other subresource of every resource', rule({ resources: ['*/scale'] }), log, false],
    ['no star after the slash', rule({ resources: ['pods/*'] }), log, false],
    ['its resource name', rule({ resourceNames: ['web'] }), web, true],
    ['no other resource name', rule({ resourceNames: ['db'] }), web, false],
    ['no list of all by a resource name', rule({ resourceNames: ['web'] }), list, false],
    [
      'a list of one by its resource name',
      rule({ resourceNames: ['web'] }),
      `${list}?fieldSelector=metadata.name=web`,
      true,
    ],
    [
      'no creation by a resource name',
      rule({ resourceNames: ['web'] }),
      'POST /api/v1/namespaces/shop/pods',
      false,
    ],
    ['no star among resource names', rule({ resourceNames: ['*'] }), web, false],
    ['every name by an empty list', rule({ resourceNames: [] }), web, true],
    ['no path', rule({ resources: ['*'], apiGroups: ['*'], verbs: ['*'] }), 'GET /metrics', false],
    ['its path', { verbs: ['get'], nonResourceURLs: ['/metrics'] }, 'GET /metrics', true],
    ['no other path', { verbs: ['get'], nonResourceURLs: ['/metrics'] }, 'GET /metrics/a', false],
    ['every path below a star', { verbs: ['get'], nonResourceURLs: ['/logs/*'] }, 'GET /logs/a/b', true],
    ['every path by a star', { verbs: ['*'], nonResourceURLs: ['*'] }, 'POST /x', true],
    ['no resource by a path', { verbs: ['*'], nonResourceURLs: ['*'] }, web, false],
  ])('covers %s', (_name, given, request, wanted) => {
    expect(covers(given, asked(request))).toBe(wanted);
  });
});

const GROUP = 'rbac.authorization.k8s.io';
const apiVersion = `${GROUP}/v1`;
const meta = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: '',
  resourceVersion: '',
  creationTimestamp: '',
});

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

class Roles {
  readonly store = new Store();

  role(namespace: string, name: string, rules: readonly PolicyRule[]): this {
    this.store.create(`roles.${GROUP}`, { apiVersion, kind: 'Role', metadata: meta(name, namespace), rules });
    return this;
  }

  clusterRole(name: string, rules: readonly PolicyRule[]): this {
    this.store.create(`clusterroles.${GROUP}`, {
      apiVersion,
      kind: 'ClusterRole',
      metadata: meta(name),
      rules,
    });
    return this;
  }

  bind(role: string, subject: Subject, namespace?: string): this {
    const [kind = '', name = ''] = role.split('/');
    const own = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
    this.store.create(`${own.toLowerCase()}s.${GROUP}`, {
      apiVersion,
      kind: own,
      metadata: meta('b', namespace),
      roleRef: { apiGroup: GROUP, kind, name },
      subjects: [subject],
    } as never);
    return this;
  }
}

const jane: User = { username: 'jane', groups: ['dev', 'system:authenticated'] };
const bot: User = {
  username: 'system:serviceaccount:ci:bot',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'],
};
const JANE = { kind: 'User', name: 'jane' };
const IN_SHOP = 'GET /api/v1/namespaces/shop/pods';
const EVERYWHERE = 'GET /api/v1/pods';

describe('a binding', () => {
  const roles = (): Roles =>
    new Roles()
      .role('shop', 'reader', [rule()])
      .clusterRole('reader', [rule(), { verbs: ['get'], nonResourceURLs: ['/metrics'] }]);
  const user = (name: string) => ({ kind: 'User', name });
  const group = (name: string) => ({ kind: 'Group', name });
  const account = (name: string, namespace?: string) => ({
    kind: 'ServiceAccount',
    name,
    ...(namespace === undefined ? {} : { namespace }),
  });
  test.each<[string, Roles, User, string, boolean]>([
    ['nobody without one', roles(), jane, IN_SHOP, false],
    ['a role in its namespace', roles().bind('Role/reader', JANE, 'shop'), jane, IN_SHOP, true],
    ['no role for all namespaces', roles().bind('Role/reader', JANE, 'shop'), jane, EVERYWHERE, false],
    [
      'no role of another namespace',
      roles().bind('Role/reader', JANE, 'other'),
      jane,
      IN_SHOP.replace('shop', 'other'),
      false,
    ],
    [
      'a cluster role in one namespace',
      roles().bind('ClusterRole/reader', JANE, 'shop'),
      jane,
      IN_SHOP,
      true,
    ],
    ['and in no other', roles().bind('ClusterRole/reader', JANE, 'other'), jane, IN_SHOP, false],
    [
      'no path by a RoleBinding',
      roles().bind('ClusterRole/reader', JANE, 'shop'),
      jane,
      'GET /metrics',
      false,
    ],
    ['a cluster role everywhere', roles().bind('ClusterRole/reader', JANE), jane, EVERYWHERE, true],
    ['in each namespace too', roles().bind('ClusterRole/reader', JANE), jane, IN_SHOP, true],
    ['a path by a ClusterRoleBinding', roles().bind('ClusterRole/reader', JANE), jane, 'GET /metrics', true],
    ['no other user', roles().bind('ClusterRole/reader', user('joe')), jane, IN_SHOP, false],
    ['names with their case', roles().bind('ClusterRole/reader', user('Jane')), jane, IN_SHOP, false],
    ['members of a group', roles().bind('ClusterRole/reader', group('dev')), jane, IN_SHOP, true],
    ['no others', roles().bind('ClusterRole/reader', group('ops')), jane, IN_SHOP, false],
    ['no group by a user of its name', roles().bind('ClusterRole/reader', user('dev')), jane, IN_SHOP, false],
    [
      'all who are known',
      roles().bind('ClusterRole/reader', group('system:authenticated')),
      bot,
      IN_SHOP,
      true,
    ],
    ['a service account', roles().bind('ClusterRole/reader', account('bot', 'ci')), bot, IN_SHOP, true],
    [
      'none of another namespace',
      roles().bind('ClusterRole/reader', account('bot', 'cd')),
      bot,
      IN_SHOP,
      false,
    ],
    [
      'a service account of its own namespace',
      roles().role('ci', 'reader', [rule()]).bind('Role/reader', account('bot'), 'ci'),
      bot,
      IN_SHOP.replace('shop', 'ci'),
      true,
    ],
    ['it by its user name', roles().bind('ClusterRole/reader', user(bot.username)), bot, IN_SHOP, true],
    [
      'every service account',
      roles().bind('ClusterRole/reader', group('system:serviceaccounts')),
      bot,
      IN_SHOP,
      true,
    ],
    [
      'those of one namespace',
      roles().bind('ClusterRole/reader', group('system:serviceaccounts:ci')),
      bot,
      IN_SHOP,
      true,
    ],
    [
      'and not of another',
      roles().bind('ClusterRole/reader', group('system:serviceaccounts:cd')),
      bot,
      IN_SHOP,
      false,
    ],
    ['nothing by a role that is not there', roles().bind('ClusterRole/none', JANE), jane, IN_SHOP, false],
    ['masters everything', new Roles(), { username: 'root', groups: ['system:masters'] }, 'DELETE /x', true],
  ])('gives %s', (_name, { store }, who, request, wanted) => {
    expect(authorize(store, who, asked(request)).allowed).toBe(wanted);
  });

  test('adds to others, and none takes away', () => {
    const { store } = roles()
      .clusterRole('deleter', [rule({ verbs: ['delete'] })])
      .bind('Role/reader', JANE, 'shop')
      .bind('ClusterRole/deleter', JANE);
    expect(authorize(store, jane, asked(IN_SHOP)).allowed).toBe(true);
    expect(authorize(store, jane, asked(`${IN_SHOP}/web`.replace('GET', 'DELETE'))).allowed).toBe(true);
  });

  test('is told as the reason', () => {
    const { store } = roles()
      .bind('Role/reader', account('bot', 'ci'), 'shop')
      .bind('ClusterRole/reader', JANE);
    expect(authorize(store, bot, asked(IN_SHOP)).reason).toBe(
      'RBAC: allowed by RoleBinding "b/shop" of Role "reader" to ServiceAccount "bot/ci"',
    );
    expect(authorize(store, jane, asked(IN_SHOP)).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "reader" to User "jane"',
    );
  });

  test('to a role that is not there is told with the refusal', () => {
    const { store } = roles().bind('ClusterRole/none', JANE).bind('Role/gone', JANE, 'shop');
    expect(authorize(store, jane, asked(EVERYWHERE)).reason).toBe(
      'RBAC: clusterrole.rbac.authorization.k8s.io "none" not found',
    );
    expect(authorize(store, jane, asked(IN_SHOP)).reason).toBe(
      'RBAC: [clusterrole.rbac.authorization.k8s.io "none" not found, role.rbac.authorization.k8s.io "gone" not found]',
    );
  });
});

describe('everybody who is known', () => {
  const { store } = new Roles();
  seedRoles(store);
  test.each([
    ['GET /api', true],
    ['GET /apis/apps/v1', true],
    ['GET /openapi/v3/api/v1', true],
    ['GET /version', true],
    ['GET /metrics', false],
    ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', true],
    ['POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews', true],
    ['POST /apis/authentication.k8s.io/v1/selfsubjectreviews', true],
    ['POST /apis/authorization.k8s.io/v1/subjectaccessreviews', false],
    ['POST /apis/authentication.k8s.io/v1/tokenreviews', false],
    [IN_SHOP, false],
  ])('%s: %s', (request, wanted) => {
    expect(authorize(store, bot, asked(request)).allowed).toBe(wanted);
  });
});

describe('a refusal', () => {
  const pods = '/api/v1/namespaces/shop/pods';
  const who = 'User "jane" cannot';
  test.each([
    [
      'GET /api/v1/pods',
      `pods is forbidden: ${who} list resource "pods" in API group "" at the cluster scope`,
    ],
    [
      `POST ${pods}`,
      `pods is forbidden: ${who} create resource "pods" in API group "" in the namespace "shop"`,
    ],
    [
      `GET ${pods}/web/log`,
      `pods "web" is forbidden: ${who} get resource "pods/log" in API group "" in the namespace "shop"`,
    ],
    [
      'DELETE /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/closed',
      `networkpolicies.networking.k8s.io "closed" is forbidden: ${who} delete resource "networkpolicies" in API group "networking.k8s.io" in the namespace "shop"`,
    ],
    [
      'GET /api/v1/namespaces/shop',
      `namespaces "shop" is forbidden: ${who} get resource "namespaces" in API group "" in the namespace "shop"`,
    ],
    ['GET /metrics', `forbidden: ${who} get path "/metrics"`],
  ])('of %s', (request, message) => {
    expect(denied(jane, asked(request), '').body).toMatchObject({ code: 403, reason: 'Forbidden', message });
  });
});
