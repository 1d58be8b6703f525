/** The manifest's promises: what keeps a probe pod from touching what it measures. */
import { describe, expect, test } from '@jest/globals';
import { readOrder } from '../../../probes/order.ts';
import type { ListenerOrder, Order, ProberOrder } from '../../../probes/wire.ts';
import { RUN_LABEL } from '../../../src/model/labels.ts';
import { escapeExpansion, type NodeWish, podManifest, type PodRequest } from '../../../src/plan/pods.ts';

const LISTENER: ListenerOrder = {
  role: 'listener',
  id: 'npabc-0',
  controlPort: 24_117,
  beatMs: 250,
  stallMs: 500,
  lifeMs: 900_000,
  serve: [{ protocol: 'tcp', port: 8080 }],
};

const request = (more: Partial<PodRequest> = {}): PodRequest => ({
  runId: 'run1',
  workload: 'web',
  identity: { namespace: 'shop', labels: { app: 'web' } },
  order: LISTENER,
  wish: { kind: 'any' },
  owner: { apiVersion: 'v1', kind: 'ConfigMap', name: 'netproof-run1', uid: 'u1' },
  settings: {
    image: 'node:22-alpine',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: ['mirror'],
    cpu: '100m',
    memory: '96Mi',
    startTimeoutMs: 1000,
  },
  agentSource: 'console.log(`$(HOME) $$ ${1}`)',
  operator: 'somebody@somewhere',
  ...more,
});

/** The kubelet's expansion (k8s.io/kubernetes, third_party/forked/golang/expansion), as far as dollars go. */
const expand = (text: string): string => text.replaceAll('$$', '$');

const environment = (more: Partial<PodRequest> = {}): Record<string, string> =>
  Object.fromEntries(
    (podManifest(request(more)).spec?.containers[0]?.env ?? []).map(({ name, value }) => [
      name,
      expand(value ?? ''),
    ]),
  );

test('the kubelet fetches from a prober every beat, from a listener every other', () => {
  const period = (order: Order): number | undefined =>
    podManifest(request({ order })).spec?.containers[0]?.livenessProbe?.periodSeconds;
  const prober = { role: 'prober', probes: [] } as unknown as ProberOrder;
  expect([250, 2000].map((beatMs) => period({ ...LISTENER, beatMs }))).toEqual([1, 4]);
  expect([250, 2000].map((beatMs) => period({ ...prober, beatMs }))).toEqual([1, 2]);
});

describe('a probe pod', () => {
  const pod = podManifest(request());
  const container = pod.spec?.containers[0];

  test('meets restricted Pod Security', () => {
    expect(pod.spec?.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('names no user where the namespace assigns one (OpenShift)', () => {
    const identity = { namespace: 'shop', labels: {}, assignedUser: true };
    expect(podManifest(request({ identity })).spec?.securityContext).not.toHaveProperty('runAsUser');
  });

  test('never becomes ready: a gate nobody sets and a probe that comes after a day', () => {
    expect(pod.spec?.readinessGates).toHaveLength(1);
    expect(container?.readinessProbe?.initialDelaySeconds).toBe(86_400);
  });

  test('carries no token, is owned, has a deadline, ends at once', () => {
    expect(pod.spec?.automountServiceAccountToken).toBe(false);
    expect(pod.spec?.activeDeadlineSeconds).toBe(930);
    expect(pod.spec?.terminationGracePeriodSeconds).toBe(0);
    expect(pod.metadata?.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'netproof-run1', uid: 'u1', controller: false },
    ]);
  });

  test('is guarded against adoption only where asked', () => {
    const identity = { namespace: 'shop', labels: {}, guarded: true };
    expect(podManifest(request({ identity })).metadata?.ownerReferences?.[0]?.controller).toBe(true);
  });

  test('carries the identity, the run label and the mesh opt-outs, and no other label', () => {
    expect(pod.metadata?.labels).toEqual({
      app: 'web',
      'sidecar.istio.io/inject': 'false',
      'istio.io/dataplane-mode': 'none',
      'kuma.io/sidecar-injection': 'disabled',
      [RUN_LABEL]: 'run1',
    });
  });

  test('declares the named ports of its identity on a listener, for policies that name them, and no others', () => {
    expect(container).not.toHaveProperty('ports');
    const identity = {
      namespace: 'shop',
      labels: {},
      ports: [{ name: 'web', protocol: 'TCP', port: 8080 }],
    } as const;
    expect(podManifest(request({ identity })).spec?.containers[0]?.ports).toEqual([
      { name: 'web', protocol: 'TCP', containerPort: 8080 },
    ]);
  });

  test.each([
    ['100m', '500m'],
    ['2', '2'],
    ['750m', '750m'],
    ['0.2', '500m'],
  ])(
    'a CPU request of %s has the limit %s: never below it, never so low that the agent sleeps',
    (cpu, limit) => {
      const { settings } = request();
      const { resources } =
        podManifest(request({ settings: { ...settings, cpu } })).spec?.containers[0] ?? {};
      expect(resources?.limits?.['cpu']).toBe(limit);
    },
  );

  test('delivers the agent as it is, whatever dollars it has', () => {
    expect(expand(container?.command?.[2] ?? '')).toBe('console.log(`$(HOME) $$ ${1}`)');
    expect(escapeExpansion('$$(A)')).toBe('$$$$(A)');
  });
});

describe('an order reads back as it was given', () => {
  const prober = (probes: number): ProberOrder => ({
    ...LISTENER,
    role: 'prober',
    salt: 'a$$b',
    resident: false,
    schedule: {
      timeoutMs: 1,
      attempts: 1,
      stableRounds: 1,
      minSettleMs: 0,
      budgetMs: 1,
      roundGapMs: 1,
      concurrency: 1,
      ratePerSecond: 1,
    },
    // Random enough not to shrink to nothing.
    probes: Array.from({ length: probes }, (_, index) => ({
      protocol: 'tcp',
      host: `10.${index % 250}.${(index * 7919) % 250}.${(index * 104_729) % 250}`,
      port: 1024 + ((index * 31_337) % 60_000),
      echo: true,
      path: `/${Math.sin(index)}${Math.cos(index)}`,
    })),
  });

  test.each([0, 10, 600, 10_000])('%i probes', (probes) => {
    const order = prober(probes);
    expect(readOrder(environment({ order }))).toEqual(order);
  });

  test('a short one stays readable, a long one is compressed, a very long one is split', () => {
    expect(environment({ order: prober(1) })['NETPROOF_ORDER']).toContain('"role":"prober"');
    expect(environment({ order: prober(600) })['NETPROOF_ORDER']).toMatch(/^deflate:/);
    const names = Object.keys(environment({ order: prober(10_000) }));
    expect(names.filter((name) => name.startsWith('NETPROOF_ORDER_')).length).toBeGreaterThan(1);
  });
});

describe('placement', () => {
  const affinity = (wish: NodeWish) => podManifest(request({ wish })).spec?.affinity?.nodeAffinity;
  const field = (operator: string) => [{ matchFields: [{ key: 'metadata.name', operator, values: ['n1'] }] }];

  test.each([
    ['on', 'In'],
    ['not-on', 'NotIn'],
  ] as const)('%s a node is required', (kind, operator) => {
    expect(affinity({ kind, node: 'n1' })).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: field(operator) },
    });
  });

  test('rather on a node is a preference', () => {
    expect(affinity({ kind: 'rather-on', node: 'n1' })).toEqual({
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: field('In')[0] }],
    });
  });

  test('anywhere asks for nothing', () => {
    expect(affinity({ kind: 'any' })).toBeUndefined();
  });
});
