/** Who asks and what is asked: copied identities, zones, placement, every kind of target and protocol. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunRecord } from '../../../src/model/record.ts';
import { Lab, proofOf, RUN_MS, table, type Written } from '../../support/sandbox-run.ts';
import { eventually } from '../../support/until.ts';

const SERVE = `require('http').createServer((q, s) => { s.statusCode = q.url === '/' ? 200 : 404; s.end('real'); }).listen(8080)`;
const API = { app: 'api', tier: 'backend' };

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open({ nodes: ['worker-1', 'worker-2', 'worker-3'] });
  await lab.namespace('prod');
  const make = (apiVersion: string, kind: string, name: string, more: object) =>
    lab.create({ apiVersion, kind, metadata: { name, namespace: 'prod' }, ...more });
  await make('v1', 'ServiceAccount', 'api', {});
  await make('apps/v1', 'Deployment', 'api', {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'api' } },
      template: {
        metadata: { labels: API },
        spec: {
          serviceAccountName: 'api',
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: 'node:22', command: ['node', '-e', SERVE] }],
        },
      },
    },
  });
  await make('v1', 'Service', 'api', {
    spec: { selector: { app: 'api' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
  await make('v1', 'Service', 'headless', {
    spec: { clusterIP: 'None', selector: { app: 'api' }, ports: [{ name: 'http', port: 8080 }] },
  });
  // Of the labels, the one that only the copied identity and the real pods have.
  await make('networking.k8s.io/v1', 'NetworkPolicy', 'api', {
    spec: {
      podSelector: { matchLabels: { tier: 'backend' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 8080 }] }],
    },
  });
  await eventually(
    () => lab.core.listNamespacedEndpoints({ namespace: 'prod' }),
    ({ items }) => items.filter(({ subsets }) => subsets?.[0]?.addresses?.length === 2).length === 2,
  );
}, RUN_MS);
afterAll(() => lab.close());

const placed = ({ pods }: RunRecord) =>
  new Map(pods.map(({ workload, role, node }) => [`${workload} ${role}`, node]));

describe('an identity copied from a real workload, and the real ones as targets', () => {
  const scenario: Written = {
    namespaces: { prod: {} },
    workloads: {
      web: { namespace: 'prod', labels: { app: 'web' } },
      twin: { namespace: 'prod', like: 'deployment/api', listen: ['http/8080'] },
      stranger: { namespace: 'prod' },
    },
    targets: {
      'api-ip': { service: 'api.prod', ports: ['http/80'] },
      'api-name': { service: 'api.prod', via: 'name', ports: ['http/80'] },
      'api-endpoints': { service: 'api.prod', via: 'endpoints', ports: ['http/80'] },
      'api-headless': { service: 'headless.prod', ports: ['http/8080'] },
      'api-pods': { pods: { namespace: 'prod', selector: API }, ports: ['http/8080'] },
    },
    zones: { front: ['web'], back: ['api-*', 'twin'] },
    expect: {
      default: 'deny',
      rules: [{ from: 'front', to: 'back', ports: 'all', expect: 'allow', status: 200 }],
    },
  };
  const ENDPOINTS = [
    'twin:http/8080',
    'api-ip:http/80',
    'api-name:http/80',
    'api-endpoints:http/80',
    'api-headless:http/8080',
    'api-pods:http/8080',
  ];

  test(
    'are what the policy makes of them, by whichever way they are reached',
    async () => {
      const before = await lab.everything();
      const proved = await lab.prove(scenario);
      expect(table(proved)).toEqual(
        Object.fromEntries(
          ENDPOINTS.flatMap((endpoint) => [
            [`web -> ${endpoint}`, 'reached'],
            [`twin -> ${endpoint}`, 'dropped'],
            [`stranger -> ${endpoint}`, 'dropped'],
          ]),
        ),
      );
      expect(proved.code).toBe(0);
      const { probes } = proved.result.record;
      const addresses = (endpoint: string) =>
        probes
          .filter(({ source, endpoint: id }) => source === 'web' && id === endpoint)
          .map(({ host }) => host);
      const { items } = await lab.core.listNamespacedPod({
        namespace: 'prod',
        labelSelector: 'tier=backend',
      });
      const real = items.map(({ status }) => status?.podIP ?? '').toSorted();
      expect(real.length).toBe(2);
      for (const endpoint of ['api-endpoints:http/80', 'api-headless:http/8080', 'api-pods:http/8080']) {
        expect([endpoint, addresses(endpoint).toSorted()]).toEqual([endpoint, real]);
      }
      expect(addresses('api-name:http/80')).toEqual(['api.prod.svc']);
      await lab.unchanged(before);
    },
    RUN_MS,
  );

  test.each(['deployment', 'replicaset', 'pod'])(
    'has the labels of a %s, less those that controllers adopt by, and its service account',
    async (kind) => {
      const { items } = await lab.core.listNamespacedPod({
        namespace: 'prod',
        labelSelector: 'tier=backend',
      });
      const pod = items[0]?.metadata;
      const name = { deployment: 'api', replicaset: pod?.ownerReferences?.[0]?.name, pod: pod?.name }[kind];
      const run = await lab.start(
        {
          ...scenario,
          workloads: {
            ...scenario.workloads,
            twin: { namespace: 'prod', like: `${kind}/${name}`, listen: ['http/8080'] },
          },
        },
        ['--skip-preflight'],
      );
      const [, id = ''] = await run.seen(/^run (\w+)$/m);
      const { metadata, spec } = await lab.launched('twin', 'listener', id);
      expect(metadata?.labels).toMatchObject(API);
      expect(metadata?.labels).not.toHaveProperty('pod-template-hash');
      expect(spec?.serviceAccountName).toBe('api');
      run.process.kill('SIGINT');
      expect((await run.ended).code).toBe(5);
    },
    RUN_MS,
  );

  test(
    'a status that is not the expected one fails, of a request that got through',
    async () => {
      const { targets } = scenario;
      const proved = await lab.prove({
        namespaces: { prod: {} },
        workloads: { web: { namespace: 'prod', labels: { app: 'web' } } },
        targets: { page: { ...targets?.['api-ip'], path: '/missing' } },
        expect: {
          default: 'deny',
          rules: [{ from: 'web', to: 'page', ports: 'all', expect: 'allow', status: 200 }],
        },
      });
      expect(table(proved)).toEqual({ 'web -> page:http/80': 'wrong-status' });
      expect(proved.code).toBe(1);
      expect(proved.result.verdicts[0]?.because).toBe('HTTP status 404, expected 200');
    },
    RUN_MS,
  );

  test(
    'a real pod that is replaced while it is probed proves nothing',
    async () => {
      const run = await lab.start({
        namespaces: { prod: {} },
        workloads: { stranger: { namespace: 'prod' }, web: { namespace: 'prod', labels: { app: 'web' } } },
        targets: {
          'api-pods': { pods: { namespace: 'prod', selector: API, limit: 1 }, ports: ['http/8080'] },
        },
        expect: { default: 'deny', rules: [{ 'web -> api-pods': 'all' }] },
        attempt: { timeout: '2s' },
      });
      await run.seen(/^probe \.\.\./m);
      await lab.launched('stranger', 'prober');
      await lab.launched('web', 'prober');
      const { items } = await lab.core.listNamespacedPod({
        namespace: 'prod',
        labelSelector: 'tier=backend',
      });
      await Promise.all(items.map((pod) => lab.remove(pod)));
      const proved = proofOf(await run.ended);
      expect(table(proved)).toEqual({
        'stranger -> api-pods:http/8080': 'probe-lost',
        'web -> api-pods:http/8080': 'probe-lost',
      });
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );
});

describe('placement', () => {
  test(
    'puts listeners and their probers where the scenario says, on every kind of wish',
    async () => {
      const namespace = 'placed';
      const proved = await lab.prove({
        namespaces: { [namespace]: { create: true } },
        workloads: {
          anchor: { namespace, node: 'worker-3', listen: ['tcp/8080'] },
          beside: { namespace, sameNodeAs: 'anchor', listen: ['tcp/8080'] },
          apart: { namespace, differentNodeFrom: 'anchor', listen: ['tcp/8080'] },
          'beside-source': { namespace, sameNodeAs: 'anchor' },
          'apart-source': { namespace, differentNodeFrom: 'beside' },
          'fixed-source': { namespace, node: 'worker-2' },
        },
        expect: { default: 'allow' },
        attempt: { timeout: '500ms' },
      });
      expect(proved.code).toBe(0);
      const nodes = placed(proved.result.record);
      for (const pod of [
        'anchor listener',
        'anchor prober',
        'beside listener',
        'beside prober',
        'beside-source prober',
      ])
        expect([pod, nodes.get(pod)]).toEqual([pod, 'worker-3']);
      for (const pod of ['apart listener', 'apart prober', 'apart-source prober'])
        expect([pod, nodes.get(pod)]).toEqual([pod, expect.stringMatching(/^worker-[12]$/)]);
      expect(nodes.get('apart prober')).toBe(nodes.get('apart listener'));
      expect(nodes.get('fixed-source prober')).toBe('worker-2');
    },
    RUN_MS,
  );
});

describe('protocols', () => {
  const namespace = 'spoken';
  const speaking = (more: Partial<Written>): Written => ({
    namespaces: { [namespace]: { create: true } },
    workloads: { speaker: { namespace }, captive: { namespace, labels: { app: 'captive' } } },
    policies: [
      {
        name: 'captive',
        namespace,
        spec: { podSelector: { matchLabels: { app: 'captive' } }, policyTypes: ['Egress'] },
      },
    ],
    expect: { default: 'deny', rules: [{ 'speaker -> *': 'all' }] },
    attempt: { timeout: '500ms' },
    ...more,
  });

  test(
    'all that a listener serves is told from what is blocked',
    async () => {
      const ports = ['tcp/8080', 'udp/8080', 'http/8081', 'https/8443'];
      const proved = await lab.prove(
        speaking({
          workloads: {
            server: { namespace, listen: ports },
            speaker: { namespace },
            captive: { namespace, labels: { app: 'captive' } },
          },
          expect: {
            default: 'deny',
            rules: [
              { 'speaker, server -> server': 'all' },
              { from: 'speaker', to: 'server', ports: 'http/8081, https/8443', expect: 'allow', status: 200 },
            ],
          },
        }),
      );
      expect(table(proved)).toEqual(
        Object.fromEntries(
          ports.flatMap((port) => [
            [`speaker -> server:${port}`, 'reached'],
            [`server -> server:${port}`, 'reached'],
            [`captive -> server:${port}`, 'dropped'],
          ]),
        ),
      );
      expect(proved.code).toBe(0);
      const https = proved.result.record.probes.find(
        ({ source, endpoint }) => source === 'speaker' && endpoint === 'server:https/8443',
      );
      expect(https?.observation?.attempts[0]).toMatchObject({
        status: 200,
        certificate: { subject: 'CN=netproof listener', untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
    },
    RUN_MS,
  );

  test(
    'lookups, by the own resolver and by a given one, of names that are there and names that are not',
    async () => {
      const proved = await lab.prove(
        speaking({
          targets: {
            own: { dns: 'www.example.com' },
            given: { dns: 'api.prod.svc.cluster.local', resolver: '10.96.0.10' },
            nowhere: { dns: 'no-such-name.example.com' },
            mute: { dns: 'www.example.com', resolver: '203.0.113.99' },
          },
        }),
      );
      expect(table(proved)).toEqual({
        'speaker -> own:dns/53': 'reached',
        'speaker -> given:dns/53': 'reached',
        'speaker -> nowhere:dns/53': 'reached',
        'speaker -> mute:dns/53': 'never-reachable',
        'captive -> own:dns/53': 'dropped',
        'captive -> given:dns/53': 'dropped',
        'captive -> nowhere:dns/53': 'dropped',
        'captive -> mute:dns/53': 'never-reachable',
      });
      expect(proved.code).toBe(4);
      const answers = proved.result.record.probes
        .filter(({ source }) => source === 'speaker')
        .map(({ destination, observation }) => [destination, observation?.attempts[0]?.answer]);
      expect(Object.fromEntries(answers)).toMatchObject({ own: '203.0.113.10', nowhere: 'NXDOMAIN' });
    },
    RUN_MS,
  );

  test(
    'hosts: certificates are recorded, by name too, and no TLS is no answer',
    async () => {
      const proved = await lab.prove(
        speaking({
          targets: {
            named: { host: 'www.example.com', ports: ['https/443'] },
            address: { host: '203.0.113.10', ports: ['https/443', 'https/80'] },
          },
        }),
      );
      expect(table(proved)).toEqual({
        'speaker -> named:https/443': 'reached',
        'speaker -> address:https/443': 'reached',
        'speaker -> address:https/80': 'tls-failed',
        // Its lookup is stopped as well, so nothing was sent.
        'captive -> named:https/443': 'unresolved',
        'captive -> address:https/443': 'dropped',
        'captive -> address:https/80': 'never-reachable',
      });
      const named = proved.result.record.probes.find(
        ({ source, endpoint }) => source === 'speaker' && endpoint === 'named:https/443',
      );
      expect(named?.observation?.attempts[0]).toMatchObject({
        remote: '203.0.113.10',
        certificate: { subject: 'CN=www.example.com' },
      });
    },
    RUN_MS,
  );
});
