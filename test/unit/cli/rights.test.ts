/** What `netproof rbac` prints for each command. */
import { describe, expect, test } from '@jest/globals';
import { type Purpose, type RightsChoice, rightsFor } from '../../../src/cli/rights.ts';
import type { RoleRules } from '../../../src/model/plan.ts';
import { PLACES } from '../../../src/snapshot/places.ts';

const SCENARIO = 'scenarios/three-tier/scenario.yaml';
const choice = (purpose: Purpose, more: Partial<RightsChoice> = {}): RightsChoice => ({
  purpose,
  scenarios: [],
  controlNamespace: undefined,
  ...more,
});

/** `shop: list pods.` */
function told(roles: readonly RoleRules[] = []): readonly string[] {
  const all = roles.flatMap(({ namespace = '*', rules }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${namespace}: ${verb} ${resource}.${group}`)),
      ),
    ),
  );
  return [...new Set(all)].toSorted();
}

const NEEDED = ['*: list namespaces.', '*: list networkpolicies.networking.k8s.io', '*: list pods.'];
const listed = PLACES.map(({ plural, group }) => `*: list ${plural}.${group}`);
const entrances = /ingresses|gateway/;

describe.each(['explain', 'init'] as const)('%s', (purpose) => {
  test('needs what there is nothing to tell without', async () => {
    expect(told((await rightsFor(choice(purpose))).needed)).toEqual(NEEDED);
  });

  test('does without the rest of what it reads, ways into the cluster not being among it', async () => {
    const rest = listed.filter((right) => !NEEDED.includes(right) && !entrances.test(right));
    expect(told((await rightsFor(choice(purpose))).optional)).toEqual(rest.toSorted());
  });
});

describe('audit', () => {
  test('without a scenario: everything that it reads, and nothing else', async () => {
    const { needed, optional } = await rightsFor(choice('audit'));
    expect(told(needed)).toEqual(listed.toSorted());
    expect(told(optional)).toEqual([]);
  });

  test('with scenarios: that, and what a preflight and the runs need', async () => {
    const scenarios = [SCENARIO, 'scenarios/tenant-isolation/scenario.yaml'];
    const [audit, preflight, ...runs] = await Promise.all([
      rightsFor(choice('audit', { scenarios })),
      rightsFor(choice('preflight')),
      ...scenarios.map((file) => rightsFor(choice('run', { scenarios: [file] }))),
    ]);
    const parts = [preflight, ...runs].flatMap((rights) => told(rights.needed));
    expect(told(audit.needed)).toEqual([...new Set([...listed, ...parts])].toSorted());
    expect(told(audit.optional)).toEqual(
      [...new Set(runs.flatMap(({ optional }) => told(optional)))].toSorted(),
    );
  });
});

test('in a namespace that exists a preflight reads cluster-wide, and creates only there', async () => {
  const { needed } = await rightsFor(choice('preflight', { controlNamespace: 'mine' }));
  const everywhere = told(needed).filter((right) => right.startsWith('*'));
  expect(everywhere).toEqual(['*: get namespaces.', '*: list nodes.']);
  expect(told(needed)).toContain('mine: create pods.');
});

test('the roles of two commands never have one name', async () => {
  const all = await Promise.all([
    rightsFor(choice('run', { scenarios: [SCENARIO] })),
    ...(['preflight', 'audit', 'explain', 'init'] as const).map((purpose) => rightsFor(choice(purpose))),
  ]);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
