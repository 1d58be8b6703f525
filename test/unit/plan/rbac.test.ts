/** The printed rights: one role per place, so that applying them as printed loses none. */
import { describe, expect, test } from '@jest/globals';
import type { RoleRules } from '../../../src/model/plan.ts';
import type { LikeRef, NamespaceSpec, Target } from '../../../src/model/scenario.ts';
import { rbacFor } from '../../../src/plan/rbac.ts';
import { port, scenario, workload } from '../scenario/make.ts';

const position = { file: 'scenario.yaml', line: 1, column: 1 };
const namespace = (name: string, create: boolean): NamespaceSpec => ({ name, create, labels: {}, position });
const copying = (name: string, like: LikeRef) => ({ ...workload(name), like });
const service = (via: 'clusterIP' | 'endpoints' | 'name', place: string): Target => ({
  kind: 'service',
  name: `by-${via.toLowerCase()}`,
  service: 'api',
  namespace: place,
  via,
  ports: [port('tcp/80')],
  position,
});

function rights(roles: readonly RoleRules[], place: string | undefined): string[] {
  return roles
    .filter((role) => role.namespace === place)
    .flatMap(({ rules }) => rules.map(({ resources, verbs }) => `${verbs.join()} ${resources.join()}`));
}

const shared = (targets: readonly Target[], likes: readonly LikeRef[] = []): readonly RoleRules[] =>
  rbacFor(
    {
      ...scenario({ workloads: likes.map((like, index) => copying(`w${index}`, like)), targets }),
      namespaces: [namespace('shop', false), namespace('made', true)],
    },
    { name: 'netproof-run', create: true },
  );

describe('roles', () => {
  test('a namespace with workloads and targets gets one role with the rights for both', () => {
    const roles = shared([service('clusterIP', 'shop')]);
    expect(roles.map((role) => role.namespace)).toEqual([undefined, 'shop']);
    expect(rights(roles, 'shop')).toEqual(
      expect.arrayContaining(['list services', 'get services', 'list endpointslices']),
    );
  });

  test("a target elsewhere gives its namespace a role; the run's own namespaces have none", () => {
    const roles = shared([service('name', 'data')]);
    expect(roles.map((role) => role.namespace)).toEqual([undefined, 'shop', 'data']);
    expect(rights(roles, 'data')).toEqual(['get services']);
  });

  test('two workloads like the same one ask once', () => {
    const api: LikeRef = { kind: 'deployment', name: 'api' };
    const copies = rights(shared([], [api, api, { kind: 'cronjob', name: 'night' }]), 'shop');
    expect(copies.filter((right) => right.startsWith('get'))).toEqual(['get deployments', 'get cronjobs']);
  });
});
