/** Parts of the audit by themselves. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_CONFIG } from '../../../src/audit/config/config.ts';
import { stakesOf } from '../../../src/audit/exposure.ts';
import { GENERATED, generateScenario } from '../../../src/audit/generate.ts';
import { differences } from '../../../src/audit/git/compare.ts';
import { keeperOf } from '../../../src/audit/ownership.ts';
import { manifestsFor } from '../../../src/audit/remedy/manifests.ts';
import { fileName } from '../../../src/audit/remedy/remedy.ts';
import { apiVersionOf } from '../../../src/cluster/resources.ts';
import type { Sample } from '../../../src/model/audit.ts';
import { compile } from '../../../src/policy/evaluator.ts';
import { Collection } from '../../../src/snapshot/collect.ts';
import { keepObject } from '../../../src/snapshot/keep.ts';
import { parseObjects } from '../../../src/snapshot/objects.ts';
import { PLACES } from '../../../src/snapshot/places.ts';
import type { KubeObject, Snapshot } from '../../../src/snapshot/snapshot.ts';
import { worldIn } from '../../../src/snapshot/world.ts';

/** As a cluster would have it. */
function snapshotOf(text: string): Snapshot {
  const collection = new Collection();
  for (const { apiVersion, kind, value } of parseObjects(text, 'x').objects) {
    const place = PLACES.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
    const object = place && keepObject(value, place);
    if (place !== undefined && object !== undefined) collection.add(place.role, object);
  }
  const source = { kind: 'cluster', server: '', context: '', version: '', sandbox: false } as const;
  return collection.snapshot(source, 0);
}

const SHOP = '{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }\n---\n';

describe('what is at stake', () => {
  const service = (spec: string): string =>
    `{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop }, spec: ${spec} }`;
  const pod = (spec: string): string =>
    `{ apiVersion: v1, kind: Pod, metadata: { name: web, namespace: shop }, spec: ${spec} }`;

  test.each([
    ['nothing', '', []],
    ['a Service inside', service('{ type: ClusterIP }'), []],
    ['a LoadBalancer', service('{ type: LoadBalancer }'), ['internet']],
    ['a NodePort', service('{ type: NodePort }'), ['internet']],
    ['external addresses', service('{ externalIPs: [192.0.2.7] }'), ['internet']],
    [
      'an Ingress',
      '{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: i, namespace: shop } }',
      ['internet'],
    ],
    [
      'a route from another namespace',
      '{ apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: { name: r, namespace: edge }, spec: { rules: [{ backendRefs: [{ name: web, namespace: shop }] }] } }',
      ['internet'],
    ],
    [
      'a data store',
      pod('{ containers: [{ image: "registry:5000/library/postgres:16@sha256:0" }] }'),
      ['data'],
    ],
    ['an image that is only named after one', pod('{ containers: [{ image: my-postgres-exporter }] }'), []],
    ['a privileged pod', pod('{ containers: [{ securityContext: { privileged: true } }] }'), ['privileged']],
    [
      'a mighty capability',
      pod('{ containers: [{ securityContext: { capabilities: { add: [CAP_SYS_ADMIN] } } }] }'),
      ['privileged'],
    ],
    [
      'a small capability',
      pod('{ containers: [{ securityContext: { capabilities: { add: [CHOWN] } } }] }'),
      [],
    ],
    ['the node’s network', pod('{ hostNetwork: true, containers: [] }'), ['privileged']],
    ['files of the node', pod('{ volumes: [{ hostPath: { path: / } }] }'), ['privileged']],
  ])('%s', (_, text, exposure) => {
    expect(stakesOf(snapshotOf(SHOP + text), DEFAULT_CONFIG).get('shop')?.exposure).toEqual(exposure);
  });

  test.each([
    ['{ name: shop, labels: { env: production } }', ['production']],
    ['{ name: shop, labels: { environment: prod } }', ['production']],
    ['{ name: shop, labels: { env: preproduction } }', []],
    ['{ name: shop-prod }', ['production']],
    ['{ name: products }', []],
    ['{ name: shop, labels: { constructor: x } }', []],
  ])('namespace %s', (metadata, exposure) => {
    const [stake] = stakesOf(
      snapshotOf(`{ apiVersion: v1, kind: Namespace, metadata: ${metadata} }`),
      DEFAULT_CONFIG,
    ).values();
    expect(stake?.exposure).toEqual(exposure);
  });
});

describe('remediation', () => {
  const pod = (namespace: string, name: string, labels: object): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [] },
    status: { phase: 'Running', podIP: '10.1.1.1' },
  });
  const objects = [
    ...['shop', 'kube-system'].flatMap((name) => [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      },
      ...manifestsFor(name, []),
    ]),
    pod('shop', 'web', {}),
    pod('kube-system', 'coredns', { 'k8s-app': 'kube-dns' }),
    pod('kube-system', 'other', {}),
  ];
  const world = worldIn(snapshotOf(objects.map((object) => JSON.stringify(object)).join('\n---\n')));
  const evaluator = compile(world);
  const podNamed = (name: string) => {
    const found = world.pods.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return { pod: found };
  };

  test.each([
    ['web', 'coredns', 'UDP', 53, 'allow'],
    ['other', 'coredns', 'TCP', 53, 'allow'],
    ['web', 'coredns', 'TCP', 9153, 'deny'],
    ['web', 'other', 'TCP', 53, 'deny'],
  ] as const)(
    'of every namespace leaves the cluster its names: %s → %s %s/%i',
    (from, to, protocol, port, verdict) => {
      const flow = { from: podNamed(from), to: podNamed(to), protocol, port };
      expect(evaluator.decide(flow).verdict).toBe(verdict);
    },
  );

  test.each([
    ['192.0.2.53', 'UDP', 53],
    ['172.30.0.1', 'TCP', 6443],
  ] as const)('lets the name service ask %s', (address, protocol, port) => {
    const flow = { from: podNamed('coredns'), to: { address }, protocol, port };
    expect(evaluator.decide(flow).verdict).toBe('allow');
  });
});

describe('whether two policies mean the same', () => {
  const policy = (spec: unknown): KubeObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p' },
    spec,
  });

  test.each([
    ['types as defaulted', { ingress: [] }, { podSelector: {}, policyTypes: ['Ingress'] }, []],
    ['egress makes its type', { egress: [{}] }, { egress: [{}], policyTypes: ['Egress', 'Ingress'] }, []],
    [
      'protocol as defaulted',
      { ingress: [{ ports: [{ port: 1 }] }] },
      { ingress: [{ ports: [{ port: 1, protocol: 'TCP' }] }] },
      [],
    ],
    ['empty lists are absent ones', { ingress: [{ from: [], ports: null }] }, { ingress: [{}] }, []],
    [
      'another port',
      { ingress: [{ ports: [{ port: 1 }] }] },
      { ingress: [{ ports: [{ port: 2 }] }] },
      ['spec.ingress'],
    ],
    [
      'a number is not its name',
      { ingress: [{ ports: [{ port: 1 }] }] },
      { ingress: [{ ports: [{ port: '1' }] }] },
      ['spec.ingress'],
    ],
    [
      'no peers are not one empty peer',
      { ingress: [{}] },
      { ingress: [{ from: [{ podSelector: {} }] }] },
      ['spec.ingress'],
    ],
    ['no rule is not an empty rule', { ingress: [] }, { ingress: [{}] }, ['spec.ingress']],
    [
      'one peer of two is not two peers',
      { ingress: [{ from: [{ podSelector: {}, namespaceSelector: {} }] }] },
      { ingress: [{ from: [{ podSelector: {} }, { namespaceSelector: {} }] }] },
      ['spec.ingress'],
    ],
    [
      'an exception less',
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] },
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] },
      ['spec.ingress'],
    ],
    [
      'another selector',
      { podSelector: { matchLabels: { a: 'b' } } },
      { podSelector: {} },
      ['spec.podSelector'],
    ],
    [
      'a direction less',
      { policyTypes: ['Ingress', 'Egress'] },
      { policyTypes: ['Ingress'] },
      ['spec.policyTypes', 'spec.egress'],
    ],
  ])('%s', (_, a, b, expected) => {
    expect(differences(policy(a), policy(b))).toEqual(expected);
    expect(differences(policy(b), policy(a))).toEqual(expected);
  });

  test('the order of lists means nothing', () => {
    const peer = fc.oneof(
      fc.record({
        podSelector: fc.record({
          matchLabels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y')),
        }),
      }),
      fc.record({ ipBlock: fc.record({ cidr: fc.constantFrom('10.0.0.0/8', '0.0.0.0/0') }) }),
    );
    const rule = fc.record({
      from: fc.array(peer, { maxLength: 4 }),
      ports: fc.array(fc.record({ port: fc.nat(9) }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (ingress) => {
        const reversed = ingress
          .map(({ from, ports }) => ({ from: from.toReversed(), ports: ports.toReversed() }))
          .toReversed();
        expect(differences(policy({ ingress }), policy({ ingress: reversed }))).toEqual([]);
        const wider = [...ingress, { from: [], ports: [{ port: 99 }] }];
        expect(differences(policy({ ingress }), policy({ ingress: wider }))).toEqual(['spec.ingress']);
      }),
    );
  });
});

describe('delivery tools', () => {
  test.each([
    [
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:networking.k8s.io/NetworkPolicy:shop/web' } },
      'Argo CD',
      'shop',
    ],
    [{ labels: { 'argocd.argoproj.io/instance': 'shop' } }, 'Argo CD', 'shop'],
    [{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, 'Flux', 'apps'],
    [{ labels: { 'helm.toolkit.fluxcd.io/name': 'shop' } }, 'Flux', 'shop'],
    [{ annotations: { 'meta.helm.sh/release-name': 'shop' } }, 'Helm', 'shop'],
  ])('%j is kept by %s', (metadata, tool, name) => {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', ...metadata } };
    expect(keeperOf(object)).toEqual({ tool, name });
  });

  test('a label that anybody may write says nothing', () => {
    const labels = { 'app.kubernetes.io/instance': 'shop', 'app.kubernetes.io/managed-by': 'Helm' };
    expect(keeperOf({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x', labels } })).toBeUndefined();
  });
});

describe('the scenario that is made up', () => {
  const sampleOf = (...names: readonly string[]): Sample => ({
    seed: 's',
    size: 9,
    population: 9,
    namespaces: names.map((namespace) => ({
      namespace,
      chosen: 'ranked',
      score: 0,
      exposure: [],
      reasons: [],
    })),
  });
  const OPEN = `${SHOP}{ apiVersion: v1, kind: Namespace, metadata: { name: data } }
---
{ apiVersion: v1, kind: Service, metadata: { name: kubernetes, namespace: default }, spec: { clusterIP: 10.96.0.1, ports: [{ port: 443 }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: deny, namespace: data }, spec: { podSelector: {} } }
`;
  const generate = (sample: Sample, outside: readonly { host: string; ports: readonly string[] }[] = []) => {
    const snapshot = snapshotOf(OPEN);
    const config = { ...DEFAULT_CONFIG, probes: { ...DEFAULT_CONFIG.probes, outside } };
    return generateScenario(sample, snapshot, config, worldIn(snapshot));
  };

  test('denies all but what policies say of pods within one namespace', async () => {
    const made = await generate(sampleOf('shop', 'data'), [{ host: 'www.example.com', ports: ['tcp/443'] }]);
    const { scenario, matrix } = made?.loaded ?? {};
    expect(scenario?.file).toBe(GENERATED);
    expect(scenario?.namespaces.map(({ name, create }) => [name, create])).toEqual([
      ['shop', false],
      ['data', false],
    ]);
    const allowed = matrix?.cells.filter(({ expect: wanted }) => wanted === 'allow');
    expect(allowed?.map(({ source, endpoint }) => [source, endpoint.id])).toEqual([
      ['shop', 'shop:tcp/8080'],
    ]);
    expect(matrix?.endpoints.map(({ id }) => id)).toEqual([
      'shop:tcp/8080',
      'data:tcp/8080',
      'outside-1:tcp/443',
      'metadata-address:http/80',
      'api-server:tcp/443',
    ]);
  });

  test('puts no pod into system namespaces, and none where no name can be right', async () => {
    expect(await generate(sampleOf('kube-system', '<script>', ''))).toBeUndefined();
  });

  test('a namespace may be called like a target', async () => {
    const made = await generate(sampleOf('api-server', 'api-server-target'));
    expect(made?.loaded.scenario.targets.map(({ name }) => name)).toContain('api-server-target-target');
  });
});

describe('names of files', () => {
  test('never lead out of the folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(fileName(name)).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
      }),
    );
    expect(fileName('../../etc/passwd')).toBe('__.._etc_passwd');
  });
});
