/** Every printed right is needed: without it the run ends with a message that names it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { type Ended, netproof } from '../support/netproof.ts';
import { accountFor, ROLE_PREFIX } from './support/account.ts';
import { apply, eventually, list, nothingLeft, remove } from './support/objects.ts';
import { KUBECONFIG, RUN_MS } from './support/place.ts';
import { startRun, type Written, writeScenario } from './support/scenario.ts';

const SHARED = 'np-e2e-shared';
const MADE = 'np-e2e-made';
const PLACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHARED } };

const scenario: Written = {
  namespaces: { [SHARED]: {}, [MADE]: { create: true } },
  workloads: {
    copy: { namespace: SHARED, like: 'deployment/real' },
    server: { namespace: MADE, labels: { app: 'server' }, listen: ['tcp/8080'] },
  },
  targets: { api: { service: 'kubernetes.default', ports: ['tcp/443'], via: 'endpoints' } },
  policies: [{ name: 'closed', namespace: MADE, spec: { podSelector: {} } }],
  expect: { default: 'deny', rules: [{ '* -> api': 'all' }] },
};

beforeAll(async () => {
  const labels = { app: 'real' };
  const containers = [{ name: 'main', image: 'none' }];
  await apply(PLACE, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'real', namespace: SHARED },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
}, RUN_MS);
afterEach(() => nothingLeft(), RUN_MS);
afterAll(() => remove(PLACE), RUN_MS);

/** Runs under way at once: each is refused before it creates anything. */
const AT_ONCE = 4;
const RIGHTS = [
  'get namespaces',
  'create namespaces',
  'list nodes',
  'list services',
  'list replicasets',
  'list daemonsets',
  'get deployments',
  'get services',
  'list endpointslices',
  'create networkpolicies',
  'create configmaps',
  'create pods',
  'list pods',
  'watch pods',
  'get pods/log',
  'delete pods',
  'delete networkpolicies',
  'delete configmaps',
  'delete namespaces',
];

async function runWithout(right: string, file: string): Promise<Ended> {
  const account = await accountFor(file, right);
  try {
    return await startRun(file, { kubeconfig: account.kubeconfig }).ended;
  } finally {
    await account.remove();
  }
}

describe('without the right to', () => {
  const ends = new Map<string, Ended>();
  beforeAll(async () => {
    const file = writeScenario(scenario);
    const limit = pLimit(AT_ONCE);
    await Promise.all(
      RIGHTS.map((right) => limit(async () => ends.set(right, await runWithout(right, file)))),
    );
  }, 2 * RUN_MS);

  test.each(RIGHTS)('%s: exit code 5, and a message that says so', (right) => {
    expect(ends.get(right)).toEqual({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining(`not allowed to ${right}`),
    });
    const { stderr = '' } = ends.get(right) ?? {};
    expect(stderr).toContain('netproof rbac prints all the roles that are needed');
    expect(stderr).toContain('kind: ServiceAccount');
  });

  test.each(['namespaces', 'networkpolicies', 'configmaps'])(
    'delete %s, and with nobody asking beforehand: the result stands, and what is left is named',
    async (resource) => {
      const file = writeScenario(scenario);
      const account = await accountFor(file, `delete ${resource}`);
      try {
        const wish = { kubeconfig: account.kubeconfig, args: ['--skip-preflight'] };
        const { code, stderr } = await startRun(file, wish).ended;
        // 4 where the machine was too busy to tell.
        expect([0, 4]).toContain(code);
        expect(stderr).toContain(`not allowed to delete ${resource}`);
        expect(stderr).toMatch(/could not remove .*netproof cleanup/);
      } finally {
        await account.remove();
      }
      await eventually(
        () => netproof(['cleanup'], { KUBECONFIG }),
        ({ code }) => code === 0,
      );
    },
    RUN_MS,
  );
});

test('the suite leaves no role behind', async () => {
  const kinds = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];
  const roles = (await Promise.all(kinds.map((plural) => list(plural)))).flat();
  expect(roles.filter(({ metadata }) => metadata.name.startsWith(ROLE_PREFIX))).toEqual([]);
});
