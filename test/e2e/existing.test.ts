/** A namespace that others use, under the restricted Pod Security Standard: proven as it is, and left as it was. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../src/cluster/connect.ts';
import { type Account, accountFor } from './support/account.ts';
import { asHere } from './support/engine.ts';
import { apply, eventually, list, type Manifest, nothingLeft, remove, rolledOut } from './support/objects.ts';
import { IMAGE, KUBECONFIG, RUN_MS } from './support/place.ts';
import { prove, table, type Written, writeScenario } from './support/scenario.ts';

const NAMESPACE = 'np-e2e-shop';
const PLACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};
const SERVER = `require('http').createServer((q, s) => s.end('real')).listen(8080)`;
const STRICT = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 1000,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const object = (apiVersion: string, kind: string, name: string, more: object): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NAMESPACE },
  ...more,
});
const service = (name: string, more: object): Manifest =>
  object('v1', 'Service', name, {
    spec: { selector: { app: 'api' }, ports: [{ name: 'web', port: 80, targetPort: 8080 }], ...more },
  });

const deployment = object('apps/v1', 'Deployment', 'api', {
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'api' } },
    template: {
      metadata: { labels: { app: 'api' } },
      spec: {
        serviceAccountName: 'api',
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'main',
            image: IMAGE ?? 'docker.io/library/node:22-alpine',
            command: ['node', '-e', SERVER],
            readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            securityContext: STRICT,
          },
        ],
      },
    },
  },
});

/** The owners' own policies: `api` is there for `web`, and `web` gets nothing from outside its kind. */
const policies = [
  object('networking.k8s.io/v1', 'NetworkPolicy', 'api', {
    spec: {
      podSelector: { matchLabels: { app: 'api' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 8080 }] }],
    },
  }),
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: {
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: 'api' } } }],
          ports: [{ protocol: 'UDP', port: 5353 }],
        },
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'np-e2e-edge' } } }],
          ports: [{ port: 8443 }],
        },
      ],
    },
  }),
];

const behindService = (via: string, port: string) => ({ service: `api.${NAMESPACE}`, via, ports: [port] });
const scenario = (placed: object): Written => ({
  namespaces: { [NAMESPACE]: {}, 'np-e2e-edge': { create: true } },
  workloads: {
    web: { namespace: NAMESPACE, labels: { app: 'web' }, listen: ['udp/5353', 'https/8443'] },
    copy: { namespace: NAMESPACE, like: 'deployment/api', listen: ['http/8080'], ...placed },
    edge: { namespace: 'np-e2e-edge', listen: ['tcp/9000'] },
  },
  targets: {
    virtual: behindService('clusterIP', 'http/80'),
    behind: behindService('endpoints', 'http/80'),
    named: behindService('name', 'http/80'),
    headless: { service: `api-headless.${NAMESPACE}`, ports: ['http/80'] },
    pods: { pods: { namespace: NAMESPACE, selector: { app: 'api' } }, ports: ['http/8080'] },
    lookup: { dns: `api.${NAMESPACE}.svc.cluster.local` },
  },
  expect: {
    default: 'deny',
    rules: [
      {
        from: 'web',
        to: 'virtual, behind, named, headless, pods',
        ports: 'all',
        expect: 'allow',
        status: 200,
      },
      { 'web -> copy': 'all' },
      { 'copy -> web': 'udp/5353' },
      { 'edge -> web': 'https/8443' },
      { '* -> edge, lookup': 'all' },
    ],
  },
});

const EXPECTED = {
  ...cells(
    ['web'],
    [
      'virtual:http/80',
      'behind:http/80',
      'named:http/80',
      'headless:http/80',
      'pods:http/8080',
      'copy:http/8080',
    ],
    'reached',
  ),
  ...cells(
    ['copy', 'edge'],
    [
      'virtual:http/80',
      'behind:http/80',
      'named:http/80',
      'headless:http/80',
      'pods:http/8080',
      'copy:http/8080',
    ],
    'dropped',
  ),
  ...cells(['web', 'copy', 'edge'], ['web:udp/5353', 'web:https/8443'], 'dropped'),
  'copy -> web:udp/5353': 'reached',
  'edge -> web:https/8443': 'reached',
  ...cells(['web', 'copy', 'edge'], ['edge:tcp/9000', 'lookup:dns/53'], 'reached'),
};

function cells(sources: readonly string[], endpoints: readonly string[], cause: string) {
  return Object.fromEntries(
    sources.flatMap((source) => endpoints.map((each) => [`${source} -> ${each}`, cause])),
  );
}

const KINDS = [
  'deployments',
  'replicasets',
  'pods',
  'services',
  'endpointslices',
  'networkpolicies',
  'configmaps',
  'secrets',
  'serviceaccounts',
  'poddisruptionbudgets',
];

/** What is there but for what changes by itself. */
async function inventory(): Promise<readonly string[]> {
  const items = await Promise.all(KINDS.map((plural) => list(plural, NAMESPACE)));
  return items
    .flat()
    .map(
      ({ kind, metadata, ...rest }) =>
        `${kind} ${metadata.name} ${metadata.uid} ${JSON.stringify(rest['spec'])}`,
    )
    .toSorted();
}

let account: Account;
let file: string;
let nodes: number;

beforeAll(async () => {
  await apply(
    PLACE,
    object('v1', 'ServiceAccount', 'api', {}),
    service('api', {}),
    service('api-headless', { clusterIP: 'None' }),
    ...policies,
    deployment,
  );
  await rolledOut(NAMESPACE, 'api');
  nodes = (await list('nodes')).filter(({ spec }) => !JSON.stringify(spec).includes('NoSchedule')).length;
  file = writeScenario(scenario(nodes > 1 ? { differentNodeFrom: 'web' } : {}));
  account = await accountFor(file);
}, RUN_MS);
afterAll(async () => {
  await account.remove();
  await remove(PLACE);
}, RUN_MS);

describe('an existing namespace', () => {
  test(
    'is proven by its own policies, through Services, names and pods, and stays as it was',
    async () => {
      const before = await inventory();
      const ready = new Set<string>();
      const listed = new Set<string>();
      const stop = new AbortController();
      const watching = await connect({ kubeconfig: KUBECONFIG });
      void watching.watch(
        'EndpointSlice',
        { namespace: NAMESPACE },
        ({ object: slice }) => {
          for (const { conditions, targetRef } of slice.endpoints ?? []) {
            listed.add(targetRef?.name ?? '');
            if (conditions?.ready === true) ready.add(targetRef?.name ?? '');
          }
        },
        stop.signal,
      );
      const proved = await prove(file, { kubeconfig: account.kubeconfig });
      stop.abort();
      expect(table(proved)).toEqual(asHere(EXPECTED));
      expect(proved.code).toBe(0);
      const { pods, listeners } = proved.result.record;
      expect(new Set(listeners.map(({ node }) => node)).size).toBe(nodes > 1 ? 2 : 1);
      // Its selector matches them, and they were never ready.
      const copies = pods.filter(({ workload }) => workload === 'copy').map(({ name }) => name);
      expect([...listed]).toEqual(expect.arrayContaining(copies));
      expect([...ready].filter((name) => copies.includes(name))).toEqual([]);
      await nothingLeft();
      await eventually(inventory, (now) => JSON.stringify(now) === JSON.stringify(before)).catch(
        () => undefined,
      );
      expect(await inventory()).toEqual(before);
    },
    RUN_MS,
  );

  test('refuses ordinary pods, so the probes passed a real admission', async () => {
    const pod = object('v1', 'Pod', 'root', { spec: { containers: [{ name: 'c', image: 'none' }] } });
    await expect(apply(pod)).rejects.toThrow('violates PodSecurity "restricted');
  });
});
