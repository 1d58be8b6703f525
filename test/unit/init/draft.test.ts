import { describe, expect, test } from '@jest/globals';
import { checkWritten } from '../../../src/init/check.ts';
import { type Draft, draftOf } from '../../../src/init/draft.ts';
import { Names } from '../../../src/init/names.ts';
import { writeScenario } from '../../../src/init/write.ts';
import { isUnsafe } from '../../../src/report/escape.ts';
import { worldOf } from '../../../src/policy/world-of.ts';

interface PodSpec {
  readonly labels?: Record<string, string>;
  readonly ports?: readonly object[];
  readonly owner?: string;
  readonly hostNetwork?: boolean;
}

function pod(
  namespace: string,
  name: string,
  { labels = {}, ports = [{ containerPort: 8080 }], owner, ...spec }: PodSpec = {},
): object {
  const [kind, ownerName] = owner?.split('/') ?? [];
  const ownerReferences =
    owner === undefined ? [] : [{ controller: true, kind, name: ownerName, uid: ownerName }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels, ownerReferences },
    spec: { ...spec, containers: [{ ports }] },
    status: { phase: 'Running' },
  };
}

function policy(namespace: string, name: string, spec: object): object {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name }, spec };
}

function draft(objects: readonly object[], live = true): Draft {
  const world = worldOf(objects);
  return draftOf({ world, namespaces: world.namespaces.map(({ name }) => name), live });
}

/** Written and read back: the text is the proof. */
async function textOf(objects: readonly object[], live = true): Promise<string> {
  const drafted = draft(objects, live);
  const text = writeScenario(drafted, { source: 'a test', policiesFile: undefined });
  await checkWritten({ path: 's.yaml', text }, drafted);
  return text;
}

describe('workloads', () => {
  test('are one per Deployment and the like, with what their pods have in common', () => {
    const { identities } = draft([
      pod('shop', 'web-x-1', {
        owner: 'ReplicaSet/web-x',
        labels: { app: 'web', 'pod-template-hash': 'x', by: 'hand' },
      }),
      pod('shop', 'web-x-2', { owner: 'ReplicaSet/web-x', labels: { app: 'web', 'pod-template-hash': 'x' } }),
      pod('shop', 'db-0', {
        owner: 'StatefulSet/db',
        labels: { app: 'db', 'apps.kubernetes.io/pod-index': '0' },
      }),
      pod('shop', 'once', { owner: 'Job/once-123', labels: { 'job-name': 'once-123', app: 'once' } }),
    ]);
    expect(identities).toMatchObject([
      { name: 'web', title: 'Deployment web', pods: 2, like: 'deployment/web', labels: { app: 'web' } },
      { name: 'db', like: 'statefulset/db', labels: { app: 'db' } },
      { name: 'once-123', title: 'Job once-123', labels: { app: 'once' } },
    ]);
    expect(identities[2]).not.toHaveProperty('like');
  });

  test('of one name in several namespaces are told apart, whatever characters they have', () => {
    const { identities } = draft([
      pod('a', 'web'),
      pod('b', 'web'),
      pod('b', 'web.v2'),
      pod('b', 'web-v2'),
      pod('b', 'x', { owner: 'StatefulSet/web' }),
    ]);
    expect(identities.map(({ name }) => name)).toEqual([
      'web',
      'b-web',
      'web-v2',
      'b-web-v2',
      'b-web-statefulset',
    ]);
  });

  test('listen on what they declare and what Services lead to, as far as probe pods can', async () => {
    const objects = [
      pod('shop', 'web', {
        labels: { app: 'web' },
        ports: [
          { name: 'http', containerPort: 8080 },
          { containerPort: 80 },
          { containerPort: 1024 },
          { containerPort: 1025, protocol: 'UDP' },
          { containerPort: 9000, protocol: 'SCTP' },
        ],
      }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: 'shop', name: 'web' },
        spec: {
          selector: { app: 'web' },
          ports: [
            { port: 80, targetPort: 8081 },
            { port: 81, targetPort: 'http' },
          ],
        },
      },
    ];
    const { identities } = draft(objects);
    expect(identities[0]?.listen.map(({ protocol, port }) => `${protocol}/${port}`)).toEqual([
      'tcp/8080',
      'udp/1025',
      'tcp/8081',
    ]);
    expect(identities[0]?.unserved).toEqual(['tcp/80', 'tcp/1024', 'sctp/9000']);
    const text = await textOf(objects);
    expect(text).toMatch(/## Pod web in shop, 1 pod; tcp\/80, tcp\/1024, sctp\/9000 can't be served/);
    expect(text).toMatch(
      /\n {2}# web-pods: \{ pods: \{ namespace: shop, selector: \{ app: web \} \}, ports: \[tcp\/80, tcp\/1024\] \}\n/,
    );
    expect(await textOf(objects, false)).toMatch(
      /listen: \[tcp\/8080, udp\/1025, tcp\/8081\], portNames: \{ http: tcp\/8080 \} \}/,
    );
  });

  test('on their nodes’ networks are left out, and that is told; so are the pods of runs', () => {
    const { omitted, identities } = draft([
      pod('shop', 'web'),
      pod('shop', 'npabc-0', { labels: { 'netproof.dev/run': 'abc' } }),
      pod('shop', 'agent', { hostNetwork: true }),
    ]);
    expect(identities).toHaveLength(1);
    expect(omitted).toEqual([expect.stringMatching(/^shop\/Pod agent: it is on its node's network/)]);
  });
});

test('policies that a run can’t bring along are told, where it has to', () => {
  const objects = [
    pod('default', 'web'),
    pod('shop', 'api'),
    policy('default', 'deny', { podSelector: {} }),
    policy('shop', 'deny', { podSelector: {} }),
    { apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy', metadata: { name: 'x' } },
  ];
  const offline = draft(objects, false);
  expect(offline.namespaces.map(({ name, create }) => [name, create])).toEqual([
    ['default', false],
    ['shop', true],
  ]);
  expect(offline.policies.map(({ metadata }) => metadata?.namespace)).toEqual(['shop']);
  expect(offline.omitted).toEqual([
    expect.stringMatching(/^NetworkPolicy default\/deny: a run cannot bring it along/),
    'CiliumClusterwideNetworkPolicy x: it is not evaluated',
  ]);
  expect(draft(objects).omitted).toHaveLength(1);
});

describe('the matrix', () => {
  const TEAM = [
    pod('shop', 'web', { labels: { tier: 'front' } }),
    pod('shop', 'cdn', { labels: { tier: 'front' } }),
    pod('shop', 'api', { labels: { tier: 'back' } }),
    pod('data', 'db', {
      labels: { tier: 'back' },
      ports: [{ containerPort: 5432 }, { containerPort: 9187 }],
    }),
  ];

  test('without policies is one line', async () => {
    const { fallback, rules } = draft(TEAM);
    expect({ fallback, rules }).toEqual({ fallback: 'allow', rules: [] });
    await textOf(TEAM);
  });

  test('uses zones and wildcards, and names the policies', () => {
    const policies = [
      policy('data', 'deny', { podSelector: {} }),
      policy('data', 'db', {
        podSelector: {},
        ingress: [
          {
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: { tier: 'front' } } }],
            ports: [{ port: 5432 }],
          },
        ],
      }),
      policy('shop', 'deny', { podSelector: {}, policyTypes: ['Ingress'] }),
    ];
    const { fallback, rules, zones } = draft([...TEAM, ...policies]);
    expect(zones).toMatchObject([
      { name: 'workloads', members: ['web', 'cdn', 'api', 'db'] },
      { name: 'shop', members: ['web', 'cdn', 'api'] },
      { name: 'front', members: ['web', 'cdn'], note: 'guessed from label tier=front' },
      { name: 'back', members: ['api', 'db'] },
    ]);
    expect({ fallback, rules }).toEqual({
      fallback: 'deny',
      rules: [
        {
          from: ['front'],
          to: ['db'],
          ports: [{ protocol: 'tcp', port: 5432 }],
          expect: 'allow',
          reason: 'egress: no policy; ingress: NetworkPolicy data/db ingress[0]',
        },
      ],
    });
  });

  test('says where the policies are not clear', () => {
    const cilium = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { namespace: 'data', name: 'x' },
    };
    const { uncertain, rules } = draft([...TEAM, policy('shop', 'deny', { podSelector: {} }), cilium]);
    // To the two ports in data; what comes from there, shop surely denies.
    expect(uncertain).toBe(2 * 4);
    expect(rules.map(({ reason }) => reason).join()).toMatch(
      /not certain: CiliumNetworkPolicy data\/x is not evaluated/,
    );
  });
});

describe('rows to confirm', () => {
  test('are there for what every cluster has, and what policies name outside', async () => {
    const egress = policy('shop', 'out', {
      podSelector: { matchLabels: { app: 'web' } },
      egress: [
        {
          to: [{ ipBlock: { cidr: '198.51.100.0/24', except: ['198.51.100.0/25'] } }],
          ports: [{ port: 443 }, { port: 53, protocol: 'UDP' }],
        },
      ],
    });
    const text = await textOf([pod('shop', 'web', { labels: { app: 'web' } }), pod('shop', 'api'), egress]);
    for (const row of [
      'cluster-dns: { dns: kubernetes.default.svc.cluster.local }',
      'api-server: { service: kubernetes.default, ports: [tcp/443] }',
      'metadata-address: { host: "169.254.169.254", ports: [http/80] }',
      'egress-1: { host: "198.51.100.129", ports: [tcp/443, udp/53] }',
    ]) {
      expect(text).toContain(`\n  # ${row}\n`);
    }
    expect(text).toMatch(
      /\n {4}# - \{ from: api, to: metadata-address, ports: all, expect: allow, reason: "egress: no policy" \}\n {4}# - \{ from: web, to: metadata-address, ports: all, expect: deny, reason: "egress: isolated by NetworkPolicy shop\/out" \}/,
    );
  });

  test('what is there and clear is probed unasked', async () => {
    const dns = [
      pod('kube-system', 'coredns', {
        labels: { 'k8s-app': 'kube-dns' },
        ports: [{ containerPort: 53, protocol: 'UDP' }],
      }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: 'kube-system', name: 'kube-dns' },
        spec: { selector: { 'k8s-app': 'kube-dns' }, ports: [{ port: 53, protocol: 'UDP' }] },
      },
    ];
    const world = worldOf([pod('shop', 'web'), ...dns]);
    expect(draftOf({ world, namespaces: ['shop'], live: true }).targets).toMatchObject([
      { name: 'cluster-dns' },
    ]);
    expect(draftOf({ world, namespaces: ['shop'], live: false }).targets).toEqual([]);
  });
});

describe('what it can’t write about it refuses', () => {
  test('nothing there, or nothing that listens', () => {
    expect(() => draftOf({ world: worldOf([pod('a', 'x')]), namespaces: ['b'], live: true })).toThrow(
      /there is no workload in namespace b/,
    );
    expect(() => draft([pod('a', 'x', { ports: [{ containerPort: 80 }] })])).toThrow(
      /no workload in a has a port over 1024/,
    );
  });
  test('more pairs than a scenario may have', () => {
    const many = Array.from({ length: 1001 }, (_, index) => pod('a', `x-${index}`));
    expect(() => draft(many)).toThrow(/make more than 1,000,000 pairs/);
  });
});

test('whatever stands in labels and names, the text has no more lines and says the same', async () => {
  const evil = 'x\n  - *: {}\u202e\u001b[2J # "';
  const hostile = [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { team: 'null', n: 'yes', 'example.com/1': '1e3' } },
    },
    pod('shop', 'true', { labels: { app: 'on', v: '0x1f' } }),
    pod('shop', '123', { labels: { app: '0', 'app.kubernetes.io/part-of': 'null' } }),
    pod('shop', 'y', { labels: { app: 'y', 'app.kubernetes.io/part-of': 'null' } }),
    policy('shop', evil, { podSelector: { matchLabels: { app: 'on' } }, policyTypes: ['Egress'] }),
  ];
  const text = await textOf(hostile, false);
  expect(isUnsafe(text.replaceAll('\n', ''))).toBe(false);
  expect(text).toContain(String.raw`isolated by NetworkPolicy shop/x\n  - *: {}`);
  expect(text).not.toMatch(/^ *- \*/m);
});

test('names are DNS labels, each once', () => {
  const names = new Names();
  expect(names.take('Web_1!', 'other')).toBe('web-1');
  expect(names.take('web-1', 'b-web-1')).toBe('b-web-1');
  expect(names.take('web-1')).toBe('web-1-2');
  expect(names.take('---', '日本')).toBe('x-2');
  const long = 'a'.repeat(80);
  expect([names.take(long), names.take(long)].map(({ length }) => length)).toEqual([63, 63]);
});
