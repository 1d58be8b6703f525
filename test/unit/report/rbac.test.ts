/** Printed rights are applied as they are printed: they must be the YAML that Kubernetes reads. */
import { describe, expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';
import type { Subject } from '../../../src/model/access.ts';
import type { RoleRules } from '../../../src/model/plan.ts';
import { detectionRights } from '../../../src/preflight/detect/rights.ts';
import { rbacManifests } from '../../../src/report/rbac.ts';
import { describeRights } from '../../../src/report/rights.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly object[];
  readonly roleRef?: object;
  readonly subjects?: readonly object[];
}
const read = (text: string) => loadAll(text) as Manifest[];

const NEEDED: readonly RoleRules[] = [
  { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'], why: 'launch\nthem' }] },
  {
    namespace: 'shop',
    rules: [{ apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'], why: 'see' }],
  },
  { namespace: 'empty', rules: [] },
];

test('a role and its binding per place, none for a place without rules', () => {
  expect(
    read(rbacManifests(NEEDED)).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}`),
  ).toEqual(['ClusterRole ', 'ClusterRoleBinding ', 'Role shop', 'RoleBinding shop']);
});

describe('bound to', () => {
  const group = 'rbac.authorization.k8s.io';
  test.each<[string, Subject | undefined, object]>([
    ['a placeholder', undefined, { apiGroup: group, kind: 'User', name: 'CHANGE-ME' }],
    [
      'a user whose name YAML would read as something else',
      { kind: 'User', name: 'yes: *a\n- b' },
      { apiGroup: group, kind: 'User', name: 'yes: *a\n- b' },
    ],
    ['a group', { kind: 'Group', name: 'devs' }, { apiGroup: group, kind: 'Group', name: 'devs' }],
    [
      'a service account',
      { kind: 'ServiceAccount', namespace: 'ci', name: 'netproof' },
      { kind: 'ServiceAccount', namespace: 'ci', name: 'netproof' },
    ],
  ])('%s', (_, subject, wanted) => {
    const bindings = read(rbacManifests(NEEDED, { subject })).filter((one) => one.subjects !== undefined);
    expect(bindings.map(({ subjects }) => subjects)).toEqual([[wanted], [wanted]]);
  });
});

const RUN = { name: 'netproof', title: 'What a run needs.', needed: NEEDED, without: 'a run does without.' };

test('optional rights come apart, under a name of their own, and only read', () => {
  const optional = read(describeRights({ ...RUN, optional: detectionRights() }, undefined)).filter(
    ({ metadata }) => metadata.name === 'netproof-optional',
  );
  expect(optional.map(({ kind }) => kind)).toEqual(['ClusterRole', 'ClusterRoleBinding']);
  const rules = (optional[0]?.rules ?? []) as {
    verbs: string[];
    resources: string[];
    resourceNames?: string[];
  }[];
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['list', 'get']));
  expect(rules.find(({ resources }) => resources.includes('configmaps'))?.resourceNames).toContain(
    'cilium-config',
  );
});

test('rights from several sources make one role per place, each rule once', () => {
  const [again] = NEEDED;
  const text = describeRights({ ...RUN, needed: [...NEEDED, ...(again ? [again] : [])] }, undefined);
  const roles = read(text).filter(({ rules }) => rules !== undefined);
  expect(roles.map(({ kind, rules }) => `${kind} ${rules?.length}`)).toEqual(['ClusterRole 1', 'Role 1']);
  expect(text).not.toContain('Optional');
});

test('what is said of them are comments, however long', () => {
  const title = 'word '.repeat(60).trim();
  const comments = describeRights({ ...RUN, title }, undefined)
    .split('\n')
    .slice(0, 3);
  for (const line of comments) expect(line).toMatch(/^# (word ?)+$/);
});
