/** Every right of a plan is asked for one by one, and what is missing is told whole. */
import { describe, expect, test } from '@jest/globals';
import { problemOf } from '../../../src/cli/problems.ts';
import type { Access, Cluster } from '../../../src/cluster/cluster.ts';
import type { Subject } from '../../../src/model/access.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import type { RoleRules } from '../../../src/model/plan.ts';
import { checkAccess, requireAccess } from '../../../src/preflight/access.ts';
import { memoryCluster } from '../../support/memory-cluster.ts';

const ROLES: readonly RoleRules[] = [
  {
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'delete'], why: 'launch' },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'], why: 'read' },
    ],
  },
  {
    namespace: 'shop',
    rules: [{ apiGroups: ['apps'], resources: ['replicasets', 'daemonsets'], verbs: ['list'], why: 'see' }],
  },
];
const rightOf = ({ verb, group, resource, subresource, namespace }: Access): string =>
  `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`} ${namespace ?? ''}`.trim();

const ROBOT: Subject = { kind: 'ServiceAccount', namespace: 'ci', name: 'robot' };

function clusterThatDenies(
  denied: readonly string[],
  whoAmI: Cluster['whoAmI'] = async () => ROBOT,
): Cluster & { readonly asked: string[] } {
  const asked: string[] = [];
  const can = async (access: Access): Promise<boolean> => {
    asked.push(rightOf(access));
    return !denied.includes(rightOf(access));
  };
  return { ...memoryCluster(), can, whoAmI, asked };
}

test('each verb and resource is asked about, subresources and namespaces included', async () => {
  const cluster = clusterThatDenies([]);
  expect(await checkAccess(cluster, ROLES)).toEqual({ asked: 6, missing: [], subject: undefined });
  expect(cluster.asked.toSorted()).toEqual([
    'create /pods',
    'delete /pods',
    'get /pods',
    'get /pods/log',
    'list apps/daemonsets shop',
    'list apps/replicasets shop',
  ]);
});

describe('what is denied', () => {
  const denied = ['create /pods', 'delete /pods', 'list apps/daemonsets shop'];

  test('is told as the rules that would grant it', async () => {
    const { missing, subject } = await checkAccess(clusterThatDenies(denied), ROLES);
    expect(subject).toEqual(ROBOT);
    expect(missing).toEqual([
      { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete'], why: 'launch' }] },
      {
        namespace: 'shop',
        rules: [{ apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'], why: 'see' }],
      },
    ]);
  });

  test('ends a run with one line and roles to apply, bound to who we are', async () => {
    const error = await requireAccess(clusterThatDenies(denied), ROLES).catch((thrown: unknown) => thrown);
    const { text, exitCode } = problemOf(error);
    expect(exitCode).toBe(5);
    expect(text).toMatch(
      /^netproof: not allowed to create pods, delete pods; not allowed to list daemonsets in namespace shop \(hint: netproof rbac prints all the roles that are needed/,
    );
    expect(text).toContain('kind: RoleBinding');
    expect(text).toContain('  - kind: ServiceAccount\n    name: "robot"\n    namespace: "ci"');
  });

  test('is told with a placeholder where the server does not say who we are', async () => {
    const shy = () => Promise.reject(new NetproofError('forbidden', 'not allowed to ask'));
    const error = await requireAccess(clusterThatDenies(denied, shy), ROLES).catch(
      (thrown: unknown) => thrown,
    );
    expect(problemOf(error).text).toContain('name: "CHANGE-ME"');
  });
});
