/** Nobody hands out more than they have: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping. */
import { describe, expect, test } from '@jest/globals';
import { refuseEscalation } from '../../../src/sandbox/api/auth/escalation.ts';
import type { PolicyRule } from '../../../src/sandbox/api/auth/rule.ts';
import type { User } from '../../../src/sandbox/api/auth/user.ts';
import type { JsonObject, KubeObject } from '../../../src/sandbox/api/object.ts';
import { Store } from '../../../src/sandbox/api/store.ts';
import { PODS, object, pod, refusal, resource } from './support.ts';

const GROUP = 'rbac.authorization.k8s.io';
const VERSION = `${GROUP}/v1`;
const jane: User = { username: 'jane', groups: ['dev'] };
const pods = (verbs: readonly string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs,
  apiGroups: [''],
  resources: ['pods'],
  ...more,
});
const right = (verb: string, kind: string, name?: string): PolicyRule => ({
  verbs: [verb],
  apiGroups: [GROUP],
  resources: [kind],
  ...(name === undefined ? {} : { resourceNames: [name] }),
});

/** A cluster in which jane has these rules. */
function having(...rules: readonly PolicyRule[]): Store {
  const store = new Store();
  const meta = (name: string) => ({ name, uid: '', resourceVersion: '', creationTimestamp: '' });
  const role = (name: string, own: readonly PolicyRule[]) =>
    store.create(`clusterroles.${GROUP}`, {
      apiVersion: VERSION,
      kind: 'ClusterRole',
      metadata: meta(name),
      rules: own,
    });
  role('mine', rules);
  role('reader', [pods(['get', 'list'])]);
  store.create(`clusterrolebindings.${GROUP}`, {
    apiVersion: VERSION,
    kind: 'ClusterRoleBinding',
    metadata: meta('mine'),
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'mine' },
    subjects: [{ kind: 'User', name: 'jane' }],
  } as never);
  return store;
}

const written = (kind: string, more: JsonObject): readonly [ReturnType<typeof resource>, KubeObject] => [
  resource(VERSION, kind),
  object(VERSION, kind, 'new', {
    ...more,
    metadata: kind.startsWith('Cluster') ? {} : { namespace: 'shop' },
  }) as unknown as KubeObject,
];
const role = (...rules: readonly PolicyRule[]) => written('Role', { rules } as unknown as JsonObject);
const clusterRole = (...rules: readonly PolicyRule[]) =>
  written('ClusterRole', { rules } as unknown as JsonObject);
const binding = (name: string) =>
  written('RoleBinding', { roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name } });

type Written = ReturnType<typeof written>;

describe('may be handed out', () => {
  test.each<[string, Store, Written]>([
    ['what is held', having(pods(['get', 'list'])), role(pods(['list']))],
    ['what several rules hold together', having(pods(['get']), pods(['list'])), role(pods(['get', 'list']))],
    ['one name of all', having(pods(['get'])), role(pods(['get'], { resourceNames: ['web'] }))],
    ['part of a star', having(pods(['*'], { resources: ['*'] })), role(pods(['get', 'delete']))],
    ['a star that is held', having(pods(['*'])), role(pods(['*']))],
    [
      'a path under one that is held',
      having({ verbs: ['get'], nonResourceURLs: ['/logs/*'] }),
      clusterRole({ verbs: ['get'], nonResourceURLs: ['/logs/a'] }),
    ],
    ['anything by the right to escalate', having(right('escalate', 'roles')), role(pods(['*']))],
    ['a role whose rules are held', having(pods(['get', 'list'])), binding('reader')],
    ['a role by the right to bind it', having(right('bind', 'clusterroles', 'reader')), binding('reader')],
    ['a pod, which gives no rights', having(), [PODS, pod('p') as unknown as KubeObject]],
  ])('%s', (_what, store, [about, made]) => {
    expect(() => refuseEscalation(about, made, jane, store)).not.toThrow();
  });
});

describe('may not be handed out', () => {
  test.each<[string, Store, Written, string]>([
    [
      'another verb',
      having(pods(['get'])),
      role(pods(['get', 'list', 'watch'])),
      '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
    ],
    ['a star by each of its verbs', having(pods(['get', 'list'])), role(pods(['*'])), 'Verbs:["*"]}'],
    [
      'all names by one',
      having(pods(['get'], { resourceNames: ['web'] })),
      role(pods(['get'])),
      'Verbs:["get"]}',
    ],
    [
      'another name',
      having(pods(['get'], { resourceNames: ['web'] })),
      role(pods(['get'], { resourceNames: ['db'] })),
      'ResourceNames:["db"]',
    ],
    [
      'a subresource',
      having(pods(['get'])),
      role(pods(['get'], { resources: ['pods/log'] })),
      'Resources:["pods/log"]',
    ],
    [
      'a path',
      having(),
      clusterRole({ verbs: ['get'], nonResourceURLs: ['/metrics'] }),
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    ],
    ['a role with more', having(pods(['get'])), binding('reader'), 'Verbs:["list"]}'],
    [
      'a role by the right to bind another',
      having(right('bind', 'clusterroles', 'mine')),
      binding('reader'),
      'Verbs:["get" "list"]}',
    ],
    [
      'a role by the right to escalate',
      having(right('escalate', 'clusterroles')),
      binding('reader'),
      'Verbs:["get" "list"]}',
    ],
  ])('%s', (_what, store, [about, made], missing) => {
    const said = refusal(() => refuseEscalation(about, made, jane, store));
    expect(said).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(said.message).toContain(
      `${about.plural}.${GROUP} "new" is forbidden: user "jane" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:\n`,
    );
    expect(said.message).toContain(missing);
  });
});
