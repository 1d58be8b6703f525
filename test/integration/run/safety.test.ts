/** What a run does to a cluster that others use: nothing, and it says why where it will not even try. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { V1EndpointSlice, V1Pod } from '@kubernetes/client-node';
import type { Kinds } from '../../../src/cluster/cluster.ts';
import { ANNOTATION, RUN_LABEL } from '../../../src/model/labels.ts';
import { Lab, proofOf, RUN_MS, table, type Written } from '../../support/sandbox-run.ts';
import { eventually } from '../../support/until.ts';

const SERVE = `require('http').createServer((q, s) => s.end('real')).listen(8080, () => console.log('up'))`;
const IDLE = 'setInterval(() => {}, 1000)';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.namespace('prod', { 'pod-security.kubernetes.io/warn': 'restricted' });
  await lab.pod('prod', 'web-real', { app: 'web' }, SERVE);
  await lab.pod('prod', 'db-real', { app: 'db' }, IDLE);
  const object = (apiVersion: string, kind: string, name: string, more: object) =>
    lab.create({ apiVersion, kind, metadata: { name, namespace: 'prod' }, ...more });
  await object('v1', 'Service', 'web', {
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  await object('v1', 'Service', 'headless', {
    spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 8080 }] },
  });
  await object('v1', 'Service', 'eager', {
    spec: { publishNotReadyAddresses: true, selector: { app: 'eager' }, ports: [{ port: 80 }] },
  });
  await object('v1', 'ConfigMap', 'settings', { data: { colour: 'blue' } });
  await object('v1', 'Secret', 'password', { stringData: { password: 'hunter2' } });
  await object('networking.k8s.io/v1', 'NetworkPolicy', 'db', {
    spec: {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
    },
  });
  await settled();
}, RUN_MS);
afterAll(() => lab.close());

/** Resolves when the Services' endpoints are in the API, the last thing to come. */
function settled(): Promise<unknown> {
  return eventually(
    () =>
      lab.list('discovery.k8s.io/v1', 'EndpointSlice', 'prod') as Promise<readonly object[]> as Promise<
        readonly V1EndpointSlice[]
      >,
    (slices) =>
      ['web', 'headless'].every((service) =>
        slices.some(
          ({ metadata, endpoints }) =>
            metadata?.labels?.['kubernetes.io/service-name'] === service &&
            endpoints[0]?.conditions?.ready === true,
        ),
      ),
  );
}

/** What is there is what is tested: the cluster's own policy, in its own namespace. */
const existing = (more: Partial<Written> = {}): Written => ({
  namespaces: { prod: {} },
  workloads: {
    web: { namespace: 'prod', labels: { app: 'web' }, listen: ['http/8080'] },
    db: { namespace: 'prod', labels: { app: 'db' }, listen: ['tcp/5432'] },
    stranger: { namespace: 'prod' },
  },
  expect: { default: 'deny', rules: [{ '* -> web': 'all' }, { 'web -> db': 'tcp/5432' }] },
  ...more,
});

const created = (more: Partial<Written> = {}): Written => ({
  namespaces: { fresh: { create: true } },
  workloads: { web: { namespace: 'fresh', listen: ['tcp/8080'] } },
  expect: { default: 'allow' },
  ...more,
});

describe('an existing namespace', () => {
  test(
    'is proven by its own policies, and everything in it stays as it was',
    async () => {
      const before = await lab.everything();
      const proved = await lab.prove(existing());
      expect(table(proved)).toEqual({
        'web -> web:http/8080': 'reached',
        'db -> web:http/8080': 'reached',
        'stranger -> web:http/8080': 'reached',
        'web -> db:tcp/5432': 'reached',
        'db -> db:tcp/5432': 'dropped',
        'stranger -> db:tcp/5432': 'dropped',
      });
      expect(proved.result.record.policies.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
        'prod/db',
      ]);
      await lab.unchanged(before);
    },
    RUN_MS,
  );

  test(
    'has no probe pod among the ready endpoints of a Service, ever, and no traffic for one',
    async () => {
      const ready = new Set<string>();
      const listed = new Set<string>();
      const stop = await watchSlices((slice) => {
        for (const { conditions, targetRef } of slice.endpoints) {
          const name = targetRef?.name ?? '';
          listed.add(name);
          if (conditions?.ready === true) ready.add(name);
        }
      });
      const proved = await lab.prove(existing());
      stop();
      const probes = proved.result.record.pods
        .filter(({ workload }) => workload === 'web')
        .map(({ name }) => name);
      expect(probes.length).toBe(2);
      // Otherwise nothing was seen: the selector does match them.
      expect([...listed].filter((name) => probes.includes(name)).toSorted()).toEqual(probes.toSorted());
      expect([...ready]).toEqual(['web-real']);
    },
    RUN_MS,
  );

  test(
    'gets pods that pass the restricted Pod Security Standard',
    async () => {
      await lab.namespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
      await expect(lab.pod('strict', 'root', {}, IDLE)).rejects.toMatchObject({ code: 403 });
      const proved = await lab.prove({
        namespaces: { strict: {} },
        workloads: { one: { namespace: 'strict', listen: ['tcp/8080', 'udp/8081', 'https/8443'] } },
        expect: { default: 'allow' },
      });
      expect(proved.code).toBe(0);
    },
    RUN_MS,
  );
});

async function watchSlices(see: (slice: Kinds['EndpointSlice']) => void): Promise<() => void> {
  const { connect } = await import('../../../src/cluster/connect.ts');
  const cluster = await connect({ kubeconfig: lab.sandbox.kubeconfigPath });
  const stop = new AbortController();
  void cluster.watch('EndpointSlice', { namespace: 'prod' }, ({ object }) => see(object), stop.signal);
  return () => stop.abort();
}

describe('refused before anything is created', () => {
  beforeAll(async () => {
    const template = {
      metadata: { labels: { app: 'set' } },
      spec: { containers: [{ name: 'c', image: 'node', command: ['node', '-e', IDLE] }] },
    };
    await lab.namespace('adopting');
    await lab.create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'budget', namespace: 'adopting' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'set' } } },
    });
    await lab.create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'set', namespace: 'adopting' },
      spec: { replicas: 0, selector: { matchLabels: { app: 'set' } }, template },
    });
  });

  test.each<readonly [string, Written, number, string]>([
    [
      'a namespace to create that exists',
      created({ namespaces: { fresh: { create: true }, prod: { create: true } } }),
      2,
      'scenario.yaml:11:3: namespace prod exists already; a run never reuses or deletes one',
    ],
    [
      'an existing namespace that does not exist',
      created({ namespaces: { fresh: { create: true }, gone: {} } }),
      2,
      'scenario.yaml:11:3: namespace gone does not exist in this cluster',
    ],
    [
      'a node that does not exist',
      created({ workloads: { web: { namespace: 'fresh', listen: ['tcp/8080'], node: 'worker-9' } } }),
      2,
      'there is no node worker-9; there are worker-1, worker-2',
    ],
    [
      'a real workload that does not exist',
      existing({
        workloads: { web: { namespace: 'prod', like: 'deployment/gone', listen: ['tcp/8080'] } },
        expect: { default: 'allow' },
      }),
      2,
      'no deployment named gone in namespace prod',
    ],
    [
      'a Service that publishes pods that are not ready',
      existing({
        workloads: { eager: { namespace: 'prod', labels: { app: 'eager' }, listen: ['tcp/8080'] } },
        expect: { default: 'allow' },
      }),
      5,
      'Service eager selects them and publishes even pods that are not ready',
    ],
    [
      'a controller that would adopt, guarded against only by blocking drains',
      {
        namespaces: { adopting: {} },
        workloads: { set: { namespace: 'adopting', labels: { app: 'set' }, listen: ['tcp/8080'] } },
        expect: { default: 'allow' },
      },
      5,
      'set would adopt them, and a guard against that would make disruption budget budget block drains',
    ],
    [
      'a policy for an existing namespace',
      existing({ policies: [{ name: 'new', namespace: 'prod', spec: { podSelector: {} } }] }),
      2,
      'prod',
    ],
  ])(
    '%s',
    async (_what, scenario, exitCode, why) => {
      const before = await lab.everything();
      const { code, stderr } = await lab.refuse(scenario);
      expect({ code, stderr }).toEqual({ code: exitCode, stderr: expect.stringContaining(why) });
      expect(stderr).toMatch(/scenario\.yaml:\d+:\d+: |policies\.yaml:\d+:\d+: /);
      expect(stderr).not.toContain('removed');
      await lab.unchanged(before);
    },
    RUN_MS,
  );
});

test(
  'a namespace that is just being deleted is waited for',
  async () => {
    await lab.namespace('fresh');
    await lab.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sticky', namespace: 'fresh', finalizers: ['example.com/held'] },
    });
    await lab.core.deleteNamespace({ name: 'fresh' });
    const run = await lab.start(created());
    await run.seen(/^note: waiting for namespace fresh, which is being deleted$/m);
    const release = [{ op: 'remove', path: '/metadata/finalizers' }];
    await lab.core.patchNamespacedConfigMap({ name: 'sticky', namespace: 'fresh', body: release });
    expect(proofOf(await run.ended).code).toBe(0);
  },
  RUN_MS,
);

test(
  'a controller that would adopt the probes does not get them',
  async () => {
    const labels = { app: 'lonely' };
    const containers = [{ name: 'c', image: 'node', command: ['node', '-e', IDLE] }];
    await lab.namespace('lonely');
    await lab.create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'lonely', namespace: 'lonely' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    });
    const real = await eventually(
      () => lab.core.listNamespacedPod({ namespace: 'lonely' }),
      ({ items }) => items[0]?.status?.phase === 'Running',
    );
    const proved = await lab.prove({
      namespaces: { lonely: {} },
      workloads: { lonely: { namespace: 'lonely', labels, listen: ['tcp/8080'] } },
      expect: { default: 'allow' },
    });
    expect(proved.code).toBe(0);
    const { items } = await lab.core.listNamespacedPod({ namespace: 'lonely' });
    expect(items.map(({ metadata }) => metadata?.uid)).toEqual(
      real.items.map(({ metadata }) => metadata?.uid),
    );
  },
  RUN_MS,
);

describe('a cluster that can not run the probes: exit code 5, why, and nothing left', () => {
  test.each<readonly [string, Written, string]>([
    [
      'an image that does not exist',
      created({ pods: { image: 'registry.example/does-not-exist:1', startTimeout: '30s' } }),
      'ImagePullBackOff: Back-off pulling image "registry.example/does-not-exist:1"',
    ],
    [
      'a placement that can not be met',
      created({
        namespaces: { fresh: { create: true } },
        workloads: {
          one: { namespace: 'fresh', listen: ['tcp/8080'], node: 'worker-1' },
          two: { namespace: 'fresh', listen: ['tcp/8080'], node: 'worker-2' },
        },
        pods: { startTimeout: '5s' },
      }),
      "not running after 5 s: Unschedulable: 0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable",
    ],
    [
      'a quota that is used up',
      existing({
        namespaces: { tight: {} },
        workloads: {
          one: { namespace: 'tight', listen: ['tcp/8080'] },
          two: { namespace: 'tight', listen: ['tcp/8080'] },
        },
        expect: { default: 'allow' },
      }),
      'exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1',
    ],
    [
      'a service account that does not exist',
      existing({
        workloads: { one: { namespace: 'prod', serviceAccount: 'nobody', listen: ['tcp/8080'] } },
        expect: { default: 'allow' },
      }),
      'error looking up service account prod/nobody: serviceaccount "nobody" not found',
    ],
  ])(
    '%s',
    async (what, scenario, why) => {
      if (what.includes('quota')) {
        await lab.namespace('tight');
        await lab.create({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'few', namespace: 'tight' },
          spec: { hard: { pods: '1' } },
        });
      }
      const cordon = what.includes('placement');
      if (cordon) await setCordon('worker-2', true);
      const before = await lab.everything();
      const { code, stderr } = await lab.refuse(scenario, ['--skip-preflight']);
      if (cordon) await setCordon('worker-2', false);
      expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining(why) });
      await lab.unchanged(before);
    },
    RUN_MS,
  );

  async function setCordon(name: string, unschedulable: boolean): Promise<void> {
    await lab.core.patchNode({
      name,
      body: [{ op: 'add', path: '/spec/unschedulable', value: unschedulable }],
    });
  }
});

describe('everything that a run creates', () => {
  test(
    'carries its label; policies only where it made the namespace; pods are never ready, owned and without a token',
    async () => {
      const run = await lab.start(
        created({
          namespaces: { fresh: { create: true }, prod: {} },
          workloads: {
            web: { namespace: 'fresh', listen: ['tcp/8080'] },
            outsider: { namespace: 'prod', labels: { app: 'other' } },
          },
          policies: [{ name: 'open', namespace: 'fresh', spec: { podSelector: {}, ingress: [{}] } }],
        }),
      );
      const [, id = ''] = await run.seen(/^run (\w+)$/m);
      const before = await lab.everything();
      await run.seen(/^probe \.\.\./m);
      await lab.launched('outsider', 'prober', id);
      const during = await lab.everything();
      const fresh = [...during].filter(([key]) => !before.has(key));
      const made = fresh.filter(([key]) => /^(Pod|ConfigMap|NetworkPolicy|Namespace) /.test(key));
      const unlabelled = made
        .filter(([, { metadata }]) => metadata?.labels?.[RUN_LABEL] !== id)
        .map(([key]) => key);
      // What Kubernetes puts into every namespace.
      expect(unlabelled.filter((key) => !key.endsWith('/kube-root-ca.crt'))).toEqual([]);
      const policies = fresh.filter(([key]) => key.startsWith('NetworkPolicy ')).map(([key]) => key);
      expect(policies.filter((key) => !key.startsWith(`NetworkPolicy netproof-${id}/`))).toEqual([
        'NetworkPolicy fresh/open',
      ]);
      const pods = fresh.filter(([key]) => key.startsWith('Pod ')).map(([, pod]) => pod as V1Pod);
      expect(pods.length).toBeGreaterThan(2);
      for (const { metadata, spec, status } of pods) {
        expect(metadata?.name).toMatch(/^np[a-z0-9]{10}-0$/);
        expect(metadata?.annotations?.[ANNOTATION.operator]).toMatch(/@/);
        expect(metadata?.ownerReferences).toMatchObject([{ kind: 'ConfigMap', name: `netproof-${id}` }]);
        expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
        expect(spec?.activeDeadlineSeconds).toBeGreaterThan(0);
        expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).not.toBe('True');
        expect(status?.conditions?.find(({ type }) => type === 'ContainersReady')?.status).not.toBe('True');
      }
      expect(proofOf(await run.ended).code).toBe(0);
    },
    RUN_MS,
  );
});
