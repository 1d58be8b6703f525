/** One probe from `web` in namespace `shop`, and what is said of it with other things read about the cluster. */
import { describe, expect, test } from '@jest/globals';
import type { V1EndpointSlice, V1NetworkPolicy } from '../../../src/cluster/types.ts';
import type { FleetPod } from '../../../src/model/fleet.ts';
import type { Predicted } from '../../../src/model/prediction.ts';
import type { ProbeRecord } from '../../../src/model/record.ts';
import type { Target } from '../../../src/model/scenario.ts';
import type { Manifest } from '../../../src/policy/manifest.ts';
import { changesBetween, digestOf, policyFacts } from '../../../src/prediction/facts.ts';
import { Predictor } from '../../../src/prediction/predict.ts';
import type { Gap } from '../../../src/prediction/reading.ts';
import { attempt, observation, probe, targetProbe } from '../../support/record.ts';
import { port } from '../scenario/make.ts';

const object = (kind: string, name: string, namespace: string | undefined, more: object = {}): Manifest => ({
  apiVersion: kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'v1',
  kind,
  metadata: {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: `uid-${name}`,
    resourceVersion: '1',
  },
  ...more,
});

const policy = (name: string, namespace: string, spec: V1NetworkPolicy['spec']): Manifest =>
  object('NetworkPolicy', name, namespace, { spec });

const closed = (namespace: string): Manifest =>
  policy('closed', namespace, { podSelector: {}, policyTypes: ['Ingress'] });

const NAMESPACES = ['shop', 'data'].map((name) => object('Namespace', name, undefined));
const NODES = [
  object('Node', 'worker-1', undefined, {
    status: { addresses: [{ type: 'InternalIP', address: '172.30.0.11' }] },
  }),
];

const launched = (name: string, namespace: string, ip: string, labels: Record<string, string>): FleetPod => ({
  name,
  namespace,
  uid: name,
  role: name.includes('prober') ? 'prober' : 'listener',
  workload: name,
  node: 'worker-1',
  ip,
  labels: { ...labels, 'netproof.dev/run': 'abc' },
  startMs: 1,
});
const PODS = [
  launched('np-prober-0', 'shop', '10.244.1.5', { app: 'web' }),
  launched('np-listener-0', 'data', '10.244.2.7', { app: 'api' }),
];

interface Setting {
  readonly policies?: readonly Manifest[];
  readonly objects?: readonly Manifest[];
  readonly slices?: readonly V1EndpointSlice[];
  readonly gaps?: readonly Gap[];
  readonly changes?: readonly Gap[];
  readonly targets?: readonly Target[];
  readonly probe?: ProbeRecord;
}

function predicted(setting: Setting): Predicted {
  const predictor = new Predictor({
    reading: {
      namespaces: ['shop', 'data'],
      policies: setting.policies ?? [],
      objects: [...NAMESPACES, ...NODES, ...(setting.objects ?? [])],
      slices: setting.slices ?? [],
      gaps: setting.gaps ?? [],
    },
    pods: PODS,
    targets: setting.targets ?? [],
    changes: setting.changes ?? [],
    where: ({ name }) => (name === 'closed' ? 'policies/closed.yaml:1' : undefined),
  });
  return predictor.of(setting.probe ?? probe());
}

/** `allow`, `deny?`, `unknown`. */
const short = ({ verdict, certain }: Predicted): string =>
  certain || verdict === 'unknown' ? verdict : `${verdict}?`;

describe('between launched pods', () => {
  test('no policy', () => {
    expect(predicted({})).toEqual({
      verdict: 'allow',
      certain: true,
      because: 'no policy isolates either end',
      doubts: [],
      units: [],
    });
  });

  test('a default deny, with the file that it is written in', () => {
    expect(predicted({ policies: [closed('data')] })).toEqual({
      verdict: 'deny',
      certain: true,
      because:
        'NetworkPolicy data/closed (policies/closed.yaml:1) isolates the destination for ingress, and no rule allows it',
      doubts: [],
      units: ['NetworkPolicy data/closed ingress default deny'],
    });
  });

  test('a rule', () => {
    const from = [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } }];
    const open = policy('open', 'data', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] });
    expect(predicted({ policies: [closed('data'), open] })).toMatchObject({
      verdict: 'allow',
      because: 'no policy isolates the source for egress; NetworkPolicy data/open ingress[0] allows it',
      units: ['NetworkPolicy data/open ingress[0]'],
    });
  });

  test('both ends deny: neither is shown', () => {
    const out = policy('out', 'shop', { podSelector: {}, policyTypes: ['Egress'] });
    expect(predicted({ policies: [closed('data'), out] })).toMatchObject({ verdict: 'deny', masked: true });
  });

  test('admission labels count: those that the launched pods have', () => {
    const selects = { matchLabels: { 'netproof.dev/run': 'abc' } };
    const own = policy('own', 'data', { podSelector: selects, policyTypes: ['Ingress'] });
    expect(short(predicted({ policies: [own] }))).toBe('deny');
  });

  test('another kind of policy makes it likely only', () => {
    const cilium: Manifest = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'l7', namespace: 'data' },
    };
    expect(predicted({ policies: [cilium] })).toMatchObject({
      verdict: 'allow',
      certain: false,
      doubts: ['CiliumNetworkPolicy data/l7 is not evaluated and may change it'],
    });
  });
});

describe('what could not be read, and what did not stay', () => {
  const why = 'NetworkPolicies in namespace data could not be read: not allowed';

  test.each([
    ['in its namespace', { namespace: 'data', effect: 'unknown', why }, 'unknown', why],
    ['in another', { namespace: 'bank', effect: 'unknown', why }, 'allow', 'no policy isolates either end'],
    ['in the whole cluster', { effect: 'unknown', why }, 'unknown', why],
  ] as const)('%s', (_, gap, verdict, because) => {
    expect(predicted({ gaps: [gap] })).toMatchObject({ verdict, because });
  });

  test('a policy that was changed makes it likely only, with its name', () => {
    const [before, after] = [closed('data'), closed('data')];
    const touched = { ...after, metadata: { ...after.metadata, resourceVersion: '2' } };
    const changes = changesBetween([before], [touched]);
    expect(predicted({ policies: [before], changes })).toMatchObject({
      verdict: 'deny',
      certain: false,
      doubts: ['NetworkPolicy data/closed was changed while probes ran'],
    });
    expect(short(predicted({ policies: [closed('shop')], changes: changesBetween([], []) }))).toBe('allow');
  });

  test('policies that came and went are changes too', () => {
    const [one, two] = [closed('data'), closed('shop')];
    expect(changesBetween([one], [two]).map((change) => change.why)).toEqual([
      'NetworkPolicy data/closed was deleted while probes ran',
      'NetworkPolicy shop/closed was created while probes ran',
    ]);
  });
});

describe('targets', () => {
  const position = { file: 'scenario.yaml', line: 1, column: 1 };
  const host = (text: string): Target => ({
    kind: 'host',
    name: 'internet',
    host: text,
    ports: [port('tcp/443')],
    position,
  });
  const service = object('Service', 'api', 'data', {
    spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], ports: [{ name: 'web', port: 443 }] },
  });
  const slice = (addresses: readonly string[]): V1EndpointSlice =>
    ({
      metadata: { namespace: 'data', labels: { 'kubernetes.io/service-name': 'api' } },
      addressType: 'IPv4',
      ports: [{ name: 'web', port: 8443 }],
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    }) as V1EndpointSlice;
  const backend = (name: string, ip: string, labels: Record<string, string>): Manifest => ({
    ...object('Pod', name, 'data', { status: { podIP: ip, phase: 'Running' } }),
    metadata: { name, namespace: 'data', labels },
  });
  const behind = (addresses: readonly string[]) => ({
    objects: [service, backend('a', '10.244.3.1', { app: 'a' }), backend('b', '10.244.3.2', { app: 'b' })],
    slices: [slice(addresses)],
  });
  const onlyA = policy('a', 'data', {
    podSelector: { matchLabels: { app: 'a' } },
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ port: 8443 as never }] }],
  });
  const noB = policy('b', 'data', { podSelector: { matchLabels: { app: 'b' } }, policyTypes: ['Ingress'] });
  const to = (target: string, seen?: string): ProbeRecord =>
    targetProbe({
      host: target,
      ...(seen === undefined
        ? {}
        : {
            observation: observation('connected', { attempts: [attempt('connected', 0, { remote: seen })] }),
          }),
    });

  test.each([
    ['an address outside', '203.0.113.10', {}, 'allow'],
    [
      'a virtual address, by the port that its endpoints have',
      '10.96.0.7',
      { ...behind(['10.244.3.1']), policies: [onlyA] },
      'allow',
    ],
    [
      'endpoints of which some are closed',
      '10.96.0.7',
      { ...behind(['10.244.3.1', '10.244.3.2']), policies: [noB] },
      'unknown',
    ],
    ['nothing behind it', '10.96.0.7', behind([]), 'unknown'],
    ["a pod's address", '10.244.3.2', { ...behind([]), policies: [noB] }, 'deny'],
    ['a name that nobody looked up', 'example.org', {}, 'unknown'],
  ] as const)('%s', (_, address, setting, verdict) => {
    expect(short(predicted({ ...setting, targets: [host(address)], probe: to(address) }))).toBe(verdict);
  });

  test('a name is what it resolved to in the prober', () => {
    const setting = { ...behind([]), policies: [noB], targets: [host('api.example.org')] };
    expect(short(predicted({ ...setting, probe: to('api.example.org', '10.244.3.2') }))).toBe('deny');
  });

  test('a rule for the virtual address itself: engines differ', () => {
    const to443 = { to: [{ ipBlock: { cidr: '10.96.0.0/12' } }] };
    const out = policy('out', 'shop', { podSelector: {}, policyTypes: ['Egress'], egress: [to443] });
    const setting = { ...behind(['10.244.3.1']), policies: [out], targets: [host('10.96.0.7')] };
    expect(short(predicted({ ...setting, probe: to('10.96.0.7') }))).toBe('deny?');
  });

  test("whose address it is could not be read: then it may be anybody's", () => {
    const gap = { address: '203.0.113.10', effect: 'doubt', why: 'not allowed' } as const;
    const setting = { targets: [host('203.0.113.10')], gaps: [gap], probe: to('203.0.113.10') };
    expect(short(predicted(setting))).toBe('allow?');
  });
});

describe('policies as evidence', () => {
  test("the digest does not depend on the fields' order", () => {
    expect(digestOf({ a: 1, b: { c: [1], d: 2 } })).toBe(digestOf({ b: { d: 2, c: [1] }, a: 1 }));
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  });

  test("the scenario's own say where they are written, others don't", () => {
    const own = {
      position: { file: 'p.yaml', line: 3, column: 1 },
      manifest: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'closed', namespace: 'data' },
      },
    };
    const facts = policyFacts([closed('data'), closed('shop')], [own]);
    expect(facts.map(({ namespace, origin }) => [namespace, origin?.line])).toEqual([
      ['data', 3],
      ['shop', undefined],
    ]);
  });
});
