/** Objects of the API, live or from manifests, become the world that policies are evaluated over. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compile } from '../../../src/policy/evaluator.ts';
import { backendsOf } from '../../../src/policy/behind.ts';
import { worldOf } from '../../../src/policy/world-of.ts';
import { outcome } from './world.ts';

const object = (apiVersion: string, kind: string, name: string, more: object = {}, namespace?: string) => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...more,
});
const controlledBy = (kind: string, name: string, uid = 'u') => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name, uid, controller: true }],
});
const template = (labels: Record<string, string>, spec: object = { containers: [] }) => ({
  template: { metadata: { labels }, spec },
});

function livePod(name: string, metadata: object = {}, more: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: 'web' }, ...metadata },
    spec: { nodeName: 'node-1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
    status: { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
    ...more,
  };
}

describe('pods', () => {
  test('live ones, with all their addresses and ports', () => {
    expect(worldOf([livePod('web-1')]).pods).toEqual([
      {
        namespace: 'shop',
        name: 'web-1',
        labels: { app: 'web' },
        ips: ['10.0.0.1', 'fd00::1'],
        node: 'node-1',
        hostNetwork: false,
        ports: [{ name: 'http', protocol: 'TCP', containerPort: 8080 }],
        fromTemplate: false,
      },
    ]);
  });

  test.each(['Succeeded', 'Failed'])('not those that are over: %s', (phase) => {
    expect(worldOf([livePod('web-1', {}, { status: { phase, podIP: '10.0.0.1' } })]).pods).toEqual([]);
  });

  test("sidecars' ports count, other init containers' don't", () => {
    const initContainers = [
      { name: 'sidecar', restartPolicy: 'Always', ports: [{ name: 'proxy', containerPort: 15001 }] },
      { name: 'init', ports: [{ name: 'never', containerPort: 1 }] },
    ];
    const { pods } = worldOf([livePod('web-1', {}, { spec: { containers: [], initContainers } })]);
    expect(pods[0]?.ports).toEqual([{ name: 'proxy', protocol: 'TCP', containerPort: 15001 }]);
  });

  test.each([
    [
      'a Deployment, by the hash in the name',
      { ...controlledBy('ReplicaSet', 'web-abc'), labels: { 'pod-template-hash': 'abc' } },
      [],
      'Deployment/web',
    ],
    [
      'a Deployment, by its ReplicaSet',
      controlledBy('ReplicaSet', 'web-abc', 'rs'),
      [
        {
          ...object('apps/v1', 'ReplicaSet', 'web-abc'),
          metadata: { name: 'web-abc', uid: 'rs', ...controlledBy('Deployment', 'web') },
        },
      ],
      'Deployment/web',
    ],
    ['a bare ReplicaSet', controlledBy('ReplicaSet', 'web-abc'), [], 'ReplicaSet/web-abc'],
    [
      'a CronJob, by its Job',
      controlledBy('Job', 'nightly-1', 'job'),
      [
        {
          ...object('batch/v1', 'Job', 'nightly-1'),
          metadata: { name: 'nightly-1', uid: 'job', ...controlledBy('CronJob', 'nightly') },
        },
      ],
      'CronJob/nightly',
    ],
    ['a DaemonSet', controlledBy('DaemonSet', 'agent'), [], 'DaemonSet/agent'],
    ['nobody', {}, [], undefined],
  ])('belong to %s', (_, metadata, others, owner) => {
    const { pods } = worldOf([livePod('web-1', metadata), ...others], { templates: false });
    const found = pods[0]?.owner;
    expect(found && `${found.kind}/${found.name}`).toBe(owner);
  });
});

describe('templates', () => {
  const labels = { app: 'web' };

  test.each([
    ['apps/v1', 'Deployment', { spec: template(labels) }],
    ['apps/v1', 'StatefulSet', { spec: template(labels) }],
    ['apps/v1', 'DaemonSet', { spec: template(labels) }],
    ['apps/v1', 'ReplicaSet', { spec: template(labels) }],
    ['v1', 'ReplicationController', { spec: template(labels) }],
    ['batch/v1', 'CronJob', { spec: { jobTemplate: { spec: template(labels) } } }],
  ])('a pod for %s %s', (apiVersion, kind, more) => {
    expect(worldOf([object(apiVersion, kind, 'web', more, 'shop')]).pods).toEqual([
      {
        namespace: 'shop',
        name: 'web',
        labels,
        ips: [],
        hostNetwork: false,
        ports: [],
        owner: { kind, name: 'web' },
        fromTemplate: true,
      },
    ]);
  });

  test("a Job's pod carries its name", () => {
    const { pods } = worldOf([object('batch/v1', 'Job', 'once', { spec: template(labels) })]);
    expect(pods[0]?.labels).toEqual({
      app: 'web',
      'job-name': 'once',
      'batch.kubernetes.io/job-name': 'once',
    });
    expect(pods[0]?.namespace).toBe('default');
  });

  test('no pod for a workload that has one, that another makes, or if not wanted', () => {
    const deployment = object('apps/v1', 'Deployment', 'web', { spec: template(labels) }, 'shop');
    const made = { ...object('apps/v1', 'ReplicaSet', 'web-abc', { spec: template(labels) }) };
    const owned = {
      ...made,
      metadata: { name: 'web-abc', namespace: 'shop', ...controlledBy('Deployment', 'web') },
    };
    const running = livePod('web-abc-1', {
      ...controlledBy('ReplicaSet', 'web-abc'),
      labels: { 'pod-template-hash': 'abc' },
    });
    expect(worldOf([deployment, owned]).pods.map(({ name }) => name)).toEqual(['web']);
    expect(worldOf([deployment, owned, running]).pods.map(({ name }) => name)).toEqual(['web-abc-1']);
    expect(worldOf([deployment], { templates: false }).pods).toEqual([]);
  });
});

describe('the rest', () => {
  test("lists as the API answers them, whose items don't say what they are", () => {
    const { apiVersion: _version, kind: _kind, ...bare } = livePod('web-1');
    const list = { apiVersion: 'v1', kind: 'PodList', items: [bare] };
    const mixed = { apiVersion: 'v1', kind: 'List', items: [livePod('web-2')] };
    expect(worldOf([list, mixed]).pods.map(({ name }) => name)).toEqual(['web-1', 'web-2']);
  });

  test('nodes, or what their pods tell of them', () => {
    const addresses = [
      { type: 'InternalIP', address: '172.30.0.11' },
      { type: 'Hostname', address: 'node-1' },
    ];
    const node = { ...object('v1', 'Node', 'node-1'), status: { addresses } };
    const status = { hostIPs: [{ ip: '172.30.0.12' }] };
    const other = livePod('web-1', {}, { spec: { nodeName: 'node-2', containers: [] }, status });
    expect(worldOf([node, livePod('web-2'), other]).nodes).toEqual([
      { name: 'node-1', labels: {}, ips: ['172.30.0.11'] },
      { name: 'node-2', ips: ['172.30.0.12'] },
    ]);
  });

  test('namespaces: those not given are assumed, and what hangs on their labels is uncertain', () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'shop' } } }];
    const policy = object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'p',
      { spec: { ingress: [{ from }] } },
      'bank',
    );
    const vault = object('v1', 'Pod', 'vault', { spec: { containers: [] } }, 'bank');
    const world = worldOf([livePod('web'), vault, policy]);
    expect(world.namespaces).toEqual([
      { name: 'shop', labels: {}, assumed: true },
      { name: 'bank', labels: {}, assumed: true },
    ]);
    expect(outcome(world, 'web > vault tcp/1')).toBe('deny?');
    const given = {
      ...object('v1', 'Namespace', 'shop'),
      metadata: { name: 'shop', labels: { team: 'shop' } },
    };
    expect(outcome(worldOf([livePod('web'), vault, policy, given]), 'web > vault tcp/1')).toBe('allow');
  });

  test('the name is the one label that is known of any namespace', () => {
    const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }];
    const policy = object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'p',
      { spec: { ingress: [{ from }] } },
      'bank',
    );
    const vault = object('v1', 'Pod', 'vault', { spec: { containers: [] } }, 'bank');
    expect(outcome(worldOf([livePod('web'), vault, policy]), 'web > vault tcp/1')).toBe('allow');
  });

  test('a policy without a namespace is in default', () => {
    const world = worldOf([object('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec: {} })]);
    expect(world.policies[0]?.metadata?.namespace).toBe('default');
  });

  test.each([
    ['some', { cidr: '10.0.0.0/8' }, 'deny?'],
    ['all', { cidr: '0.0.0.0/0' }, 'allow?'],
    ['all but some', { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }, 'deny?'],
  ])('pods whose address is not known are uncertain for ipBlocks: %s', (_, ipBlock, wanted) => {
    const spec = { policyTypes: ['Egress'], egress: [{ to: [{ ipBlock }] }] };
    const policy = object('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec });
    const pods = ['a', 'b'].map((name) => object('v1', 'Pod', name, { spec: { containers: [] } }));
    expect(outcome(worldOf([policy, ...pods]), 'a > b tcp/1')).toBe(wanted);
  });

  test.each([
    ['cilium.io/v2', 'CiliumNetworkPolicy', 'shop'],
    ['cilium.io/v2', 'CiliumClusterwideNetworkPolicy', undefined],
    ['crd.projectcalico.org/v1', 'NetworkPolicy', 'shop'],
    ['projectcalico.org/v3', 'GlobalNetworkPolicy', undefined],
    ['crd.antrea.io/v1beta1', 'ClusterNetworkPolicy', undefined],
    ['k8s.ovn.org/v1', 'EgressFirewall', 'shop'],
    ['networking.k8s.aws/v1alpha1', 'ClusterNetworkPolicy', undefined],
    ['policy.networking.k8s.io/v1', 'ClusterNetworkPolicy', undefined],
  ])('%s %s is recognised, not evaluated, and makes its pods uncertain', (apiVersion, kind, namespace) => {
    const world = worldOf([
      object(apiVersion, kind, 'p', {}, namespace),
      livePod('web'),
      object('v1', 'Pod', 'vault', { spec: { containers: [] } }, 'bank'),
      object('v1', 'Pod', 'safe', { spec: { containers: [] } }, 'bank'),
    ]);
    expect(outcome(world, 'web > vault tcp/1')).toBe('allow?');
    expect(outcome(world, 'vault > web tcp/1')).toBe('allow?');
    expect(outcome(world, 'vault > safe tcp/1')).toBe(namespace === undefined ? 'allow?' : 'allow');
  });

  test("Calico's staged policies enforce nothing", () => {
    expect(worldOf([object('projectcalico.org/v3', 'StagedNetworkPolicy', 'p', {}, 'shop')]).foreign).toEqual(
      [],
    );
  });

  test('Services lead to pods: numbers, and names of each pod its own', () => {
    const service = object(
      'v1',
      'Service',
      'front',
      {
        spec: {
          clusterIP: '10.96.0.7',
          selector: { app: 'web' },
          ports: [{ port: 80, targetPort: 'http' }, { port: 81 }],
        },
      },
      'shop',
    );
    const other = livePod(
      'web-2',
      {},
      {
        spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 9090 }] }] },
      },
    );
    const world = worldOf([service, livePod('web-1'), other, livePod('alien', { namespace: 'bank' })]);
    const [front] = world.services;
    const reached = front?.ports.map((port) =>
      backendsOf(front, port, world).map((backend) => `${backend.pod.name}:${backend.port}`),
    );
    expect(reached).toEqual([
      ['web-1:8080', 'web-2:9090'],
      ['web-1:81', 'web-2:81'],
    ]);
  });
});

describe('what the API would refuse is left out, with a note', () => {
  const rule = (more: object) => ({ ingress: [more] });
  test.each([
    ['it has no spec', undefined],
    ['"Sideways" is no policy type', { policyTypes: ['Sideways'] }],
    ['In for "app" has no values', { podSelector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }],
    [
      'Exists for "app" has values',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['a'] }] } },
    ],
    [
      '"Is" is no operator of selectors',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'Is' }] } },
    ],
    ['a peer says nothing', rule({ from: [{}] })],
    [
      'a peer has both a selector and an ipBlock',
      rule({ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }),
    ],
    ['"10.0.0.0/33" is no CIDR', rule({ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }] })],
    [
      '"11.0.0.0/8" is no part of 10.0.0.0/8',
      rule({ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } }] }),
    ],
    ['"ICMP" is no protocol of policies', rule({ ports: [{ protocol: 'ICMP' }] })],
    ['0 is no port', rule({ ports: [{ port: 0 }] })],
    ['an endPort needs a numeric port', rule({ ports: [{ port: 'http', endPort: 90 }] })],
    ['80 to 79 is no range of ports', rule({ ports: [{ port: 80, endPort: 79 }] })],
    ['it has not the form of its kind', { ingress: 'none' }],
  ])('%s', (why, spec) => {
    const world = worldOf([object('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec }, 'shop')]);
    expect(world.policies).toEqual([]);
    expect(world.notes).toEqual([
      `NetworkPolicy shop/p is left out: the API would refuse it, because ${why}`,
    ]);
  });

  test.each([
    ['its subject is empty', { priority: 1, subject: {} }],
    [
      'a rule has no known action',
      { priority: 1, subject: { namespaces: {} }, ingress: [{ action: 'Accept', from: [] }] },
    ],
    [
      'In for "a" has no values',
      {
        priority: 1,
        subject: { pods: { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } },
      },
    ],
    ['it has not the form of its kind', { priority: 1, subject: { namespaces: 'all' } }],
    ['it has not the form of its kind', undefined],
  ])('AdminNetworkPolicy: %s', (why, spec) => {
    const policy = object('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', 'p', { spec });
    const world = worldOf([policy]);
    expect(world.adminPolicies).toEqual([]);
    expect(world.notes).toEqual([
      `AdminNetworkPolicy p is left out: the API would refuse it, because ${why}`,
    ]);
  });
});

test('whatever the manifests are, they are read and asked about', () => {
  const kinds = fc.constantFrom(
    ['v1', 'Pod'],
    ['v1', 'Namespace'],
    ['v1', 'Node'],
    ['v1', 'Service'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'ReplicaSet'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
  );
  const key = fc.constantFrom(
    'metadata',
    'spec',
    'status',
    'name',
    'namespace',
    'labels',
    'ownerReferences',
    'containers',
    'ports',
    'podIPs',
    'podSelector',
    'matchLabels',
    'matchExpressions',
    'ingress',
    'egress',
    'from',
    'to',
    'ipBlock',
    'cidr',
    'template',
    'subject',
    'namespaces',
    'action',
    'policyTypes',
    'clusterIPs',
    'addresses',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, 0, 'text', true),
      fc.array(tie('node'), { maxLength: 2 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  }));
  const metadata = fc.oneof(fc.constant({ name: 'x', namespace: 'shop' }), node);
  const manifest = fc
    .tuple(kinds, fc.record({ metadata, spec: node, status: node }))
    .map(([[apiVersion, kind], rest]) => ({ apiVersion, kind, ...rest }));
  fc.assert(
    fc.property(fc.array(fc.oneof(manifest, fc.anything()), { maxLength: 5 }), (objects) => {
      const evaluator = compile(worldOf(objects));
      const pods = [...evaluator.world.pods.keys()];
      for (const from of pods) for (const to of pods) evaluator.answer(from, to, 'TCP', 80);
    }),
    { numRuns: 2000 },
  );
});
