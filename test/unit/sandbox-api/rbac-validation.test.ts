/** Roles and bindings that make no sense are refused when they are written, not when they are used. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/sandbox/api/object.ts';
import { loadModel } from '../../../src/sandbox/api/schema.ts';
import { object, refusal, resource, world } from './support.ts';

const GROUP = 'rbac.authorization.k8s.io/v1';
const KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;
const RESOURCES = Object.fromEntries(KINDS.map((kind) => [kind, resource(GROUP, kind)]));
await Promise.all(Object.values(RESOURCES).map(({ model }) => loadModel(model)));
const { rest } = await world();

type Kind = (typeof KINDS)[number];
const namespaceOf = (kind: Kind): string => (kind.startsWith('Cluster') ? '' : 'default');

function create(kind: Kind, more: JsonObject, dryRun = true): JsonObject {
  const known = RESOURCES[kind];
  if (!known) throw new Error(`no ${kind}`);
  const { object: stored } = rest.create(known, namespaceOf(kind), object(GROUP, kind, 'r', more), {
    dryRun,
  });
  return stored as unknown as JsonObject;
}

const roleRef = { kind: 'ClusterRole', name: 'r' };

describe('refused', () => {
  test.each<[Kind, JsonObject, string]>([
    [
      'Role',
      { rules: [{ verbs: [], apiGroups: [''], resources: ['pods'] }] },
      'rules[0].verbs: Required value: verbs must contain at least one value',
    ],
    [
      'Role',
      { rules: [{ verbs: ['get'], resources: ['pods'] }] },
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    ],
    [
      'ClusterRole',
      { rules: [{ verbs: ['get'], apiGroups: [''] }] },
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
    [
      'Role',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ],
    [
      'ClusterRole',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'] }] },
      'rules cannot apply to both regular resources and non-resource URLs',
    ],
    ['RoleBinding', { roleRef: { kind: 'ClusterRole' } }, 'roleRef.name: Required value'],
    ['RoleBinding', {}, 'roleRef.name: Required value'],
    [
      'ClusterRoleBinding',
      { roleRef: { kind: 'Role', name: 'r' } },
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    ],
    [
      'RoleBinding',
      { roleRef: { ...roleRef, apiGroup: 'x' } },
      'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
    ],
    ['RoleBinding', { roleRef, subjects: [{ kind: 'User', name: '' }] }, 'subjects[0].name: Required value'],
    [
      'RoleBinding',
      { roleRef, subjects: [{ kind: 'Robot', name: 'x' }] },
      'subjects[0].kind: Unsupported value: "Robot"',
    ],
    [
      'RoleBinding',
      { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'x', apiGroup: 'x' }] },
      'subjects[0].apiGroup: Unsupported value: "x"',
    ],
    [
      'ClusterRoleBinding',
      { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'x' }] },
      'subjects[0].namespace: Required value',
    ],
  ])('%s %j', (kind, more, message) => {
    expect(refusal(() => create(kind, more))).toMatchObject({
      code: 422,
      message: expect.stringContaining(message),
    });
  });
});

test("a binding's role can not be changed", () => {
  create('RoleBinding', { roleRef }, false);
  const known = resource(GROUP, 'RoleBinding');
  const changed = object(GROUP, 'RoleBinding', 'r', { roleRef: { ...roleRef, name: 'other' } });
  expect(refusal(() => rest.update(known, 'default', 'r', () => changed)).message).toContain(
    'cannot change roleRef',
  );
});

test('API groups may be left out', () => {
  const made = create('ClusterRoleBinding', {
    roleRef,
    subjects: [
      { kind: 'Group', name: 'dev' },
      { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
    ],
  });
  expect(made).toMatchObject({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [
      { kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
    ],
  });
});
