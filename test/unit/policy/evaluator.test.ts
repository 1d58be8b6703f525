/** What a prediction says besides its verdict; classes, units and isolation. */
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../../src/policy/evaluator.ts';
import type { DoubtKind } from '../../../src/policy/prediction.ts';
import { exercised } from '../../../src/policy/units.ts';
import type { PolicyPod, World } from '../../../src/policy/world.ts';
import { PODS, WORLD, egress, ingress, pod, policy, port, predict } from './world.ts';

const from = (labels: Record<string, string>) => ({ from: [{ podSelector: { matchLabels: labels } }] });
const withPolicies = (...policies: World['policies']): World => ({ ...WORLD, policies });
const ref = (name: string) => ({ kind: 'NetworkPolicy', namespace: 'shop', name });

describe('reasons', () => {
  test('no policy selects the pod', () => {
    const { egress: out, ingress: into } = predict(WORLD, 'web > db tcp/1');
    expect([out.because, into.because]).toEqual([{ kind: 'not-isolated' }, { kind: 'not-isolated' }]);
  });

  test('no policy is about what is no pod', () => {
    expect(predict(WORLD, 'web > 203.0.113.10 tcp/1').ingress.because).toEqual({ kind: 'no-pod' });
    expect(predict(WORLD, '172.30.0.12 > web tcp/1').egress.because).toEqual({ kind: 'no-pod' });
  });

  test('a pod and itself', () => {
    const { egress: out, ingress: into } = predict(withPolicies(ingress(), egress()), 'web > web tcp/1');
    expect([out.because, into.because]).toEqual([{ kind: 'itself' }, { kind: 'itself' }]);
  });

  test("the pod's own node", () => {
    const { because } = predict(withPolicies(ingress()), '172.30.0.11 > web tcp/1').ingress;
    expect(because).toEqual({ kind: 'own-node', isolatedBy: [ref('p')] });
  });

  test('every policy that isolates, where no rule allows', () => {
    const world = withPolicies(
      policy({ podSelector: {} }, 'all'),
      policy({ podSelector: { matchLabels: { app: 'db' } } }, 'db'),
    );
    expect(predict(world, 'web > db tcp/1').ingress.because).toEqual({
      kind: 'default-deny',
      isolatedBy: [ref('all'), ref('db')],
    });
  });

  test('every rule that allows, by policy, place, peer and port', () => {
    const uid = { uid: 'u1', resourceVersion: '7' };
    const first = policy({ podSelector: {}, ingress: [{}, { ...from({ app: 'api' }) }] }, 'first');
    const second = policy(
      {
        podSelector: {},
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { app: 'api' } } },
              { podSelector: { matchLabels: { app: 'web' } } },
            ],
            ports: [{ port: 1 }, { port: 5432 }],
          },
        ],
      },
      'second',
    );
    const world = withPolicies(first, { ...second, metadata: { ...second.metadata, ...uid } });
    const { because } = predict(world, 'web > db tcp/5432').ingress;
    const rule = (name: string, more: object = {}) => ({
      id: `NetworkPolicy shop/${name} ingress[0]`,
      policy: { ...ref(name), ...more },
      direction: 'ingress',
      index: 0,
      tier: 'network-policy',
      action: 'allow',
    });
    expect(because).toEqual({
      kind: 'allowed',
      hits: [{ rule: rule('first') }, { rule: rule('second', uid), peer: 1, port: 1 }],
      isolatedBy: [ref('first'), { ...ref('second'), ...uid }],
    });
  });
});

describe('doubts', () => {
  const block = (cidr: string) => ({ to: [{ ipBlock: { cidr } }] });
  const rows: readonly [DoubtKind, World, string, string][] = [
    [
      'ip-block-inside',
      withPolicies(egress(block('10.0.0.0/8'))),
      'web > vault tcp/1',
      'ipBlock 10.0.0.0/8 holds the address of pod bank/vault, and some engines match nothing inside the cluster by address',
    ],
    [
      'host-network',
      withPolicies(egress()),
      'agent > vault tcp/1',
      "shop/agent is on its node's network, where it is up to the engine what policies mean",
    ],
    [
      'service-address',
      withPolicies(egress(block('10.0.0.0/8'))),
      'web > 10.96.0.7 tcp/80',
      'shop/front is a Service: policies may see its address or the pods behind it',
    ],
    [
      'foreign-policy',
      {
        ...WORLD,
        foreign: [{ kind: 'CiliumNetworkPolicy', apiVersion: 'cilium.io/v2', namespace: 'bank', name: 'l7' }],
      },
      'web > vault tcp/1',
      'CiliumNetworkPolicy bank/l7 is not evaluated and may change it',
    ],
    [
      'own-node',
      {
        ...withPolicies(ingress()),
        pods: [...PODS, pod('shop', 'new', '', {}, { ips: [], node: '' })].map(nodeless),
      },
      '172.30.0.12 > new tcp/1',
      'it is not known which node pod shop/new runs on',
    ],
  ];

  function nodeless({ node, ...rest }: PolicyPod): PolicyPod {
    return node === undefined || node === '' ? rest : { ...rest, node };
  }

  test.each(rows)('%s', (kind, world, line, text) => {
    const { certain, doubts } = predict(world, line);
    expect({ certain, doubts }).toEqual({ certain: false, doubts: [{ kind, text }] });
  });

  test('none where they change nothing', () => {
    const world = withPolicies(egress(block('10.0.0.0/8'), { ports: [{ port: 1 }] }));
    expect(predict(world, 'web > vault tcp/1')).toMatchObject({
      verdict: 'allow',
      certain: true,
      doubts: [],
    });
  });

  test('a pod with addresses in and out of networks', () => {
    const dual = pod('bank', 'dual', '10.244.1.9', {}, { ips: ['10.244.1.9', 'fd00::9'] });
    const deny = { action: 'Deny', to: [{ networks: ['10.244.0.0/16'] }] } as const;
    const spec = { tier: 'Admin', priority: 1, subject: { namespaces: {} }, egress: [deny] } as const;
    const admin = { kind: 'ClusterNetworkPolicy', metadata: { name: 'c' }, spec } as const;
    const world = { ...WORLD, pods: [...PODS, dual], adminPolicies: [admin] };
    expect(predict(world, 'web > dual tcp/1')).toMatchObject({
      verdict: 'deny',
      certain: false,
      doubts: [{ kind: 'address-family' }],
    });
  });
});

describe('classes', () => {
  const two = (a: Partial<PolicyPod>, b: Partial<PolicyPod> = {}) => [
    pod('shop', 'a', '10.244.1.20', { app: 'x' }, a),
    pod('shop', 'b', '10.244.1.21', { app: 'x' }, b),
  ];
  const named = { ports: [{ port: 'http' as never }] };
  const rows: readonly [string, boolean, readonly PolicyPod[], World['policies']][] = [
    [
      'alike in all but name, node and address',
      true,
      two({}, { node: 'node-2' }),
      [ingress(from({ app: 'x' }))],
    ],
    ['labels that a policy asks for', false, two({ labels: { app: 'y' } }), [ingress(from({ app: 'x' }))]],
    [
      'labels that none asks for',
      true,
      two({ labels: { app: 'x', hash: '1' } }),
      [ingress(from({ app: 'x' }))],
    ],
    [
      'labels that policies select by',
      false,
      two({ labels: { role: '1' } }),
      [policy({ podSelector: { matchLabels: { role: '1' } } })],
    ],
    ['namespaces', false, two({ namespace: 'bank' }), []],
    [
      'ports by name, which a policy asks for',
      false,
      two({ ports: [port('http', 'TCP', 80)] }),
      [ingress(named)],
    ],
    ['ports by name, which none asks for', true, two({ ports: [port('http', 'TCP', 80)] }), [ingress()]],
    [
      'addresses in and out of a block',
      false,
      two({}),
      [egress({ to: [{ ipBlock: { cidr: '10.244.1.20/32' } }] })],
    ],
    ["a node's network", false, two({ hostNetwork: true }), []],
  ];
  test.each(rows)('%s', (_, areOne, pods, policies) => {
    const [a, b] = compile({ ...WORLD, pods, policies }).classes;
    expect(a === b).toBe(areOne);
  });

  test('any label, where a policy that is not read may ask for it', () => {
    const foreign = [
      { kind: 'CiliumNetworkPolicy', apiVersion: 'cilium.io/v2', namespace: 'shop', name: 'p' },
    ];
    const [a, b] = compile({ ...WORLD, pods: two({ labels: { app: 'x', hash: '1' } }), foreign }).classes;
    expect(a).not.toBe(b);
  });
});

test('the units are what a scenario can exercise, and a prediction tells which it rests on', () => {
  const world = withPolicies(
    policy({ podSelector: {}, ingress: [from({ app: 'web' }), from({ app: 'api' })] }),
    policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{}] }, 'q'),
  );
  const { units } = compile(world);
  expect(units.map(({ id }) => id)).toEqual([
    'NetworkPolicy shop/p ingress default deny',
    'NetworkPolicy shop/p ingress[0]',
    'NetworkPolicy shop/p ingress[1]',
    'NetworkPolicy shop/q egress default deny',
    'NetworkPolicy shop/q egress[0]',
  ]);
  expect(exercised(predict(world, 'web > db tcp/1'))).toEqual([
    'NetworkPolicy shop/q egress[0]',
    'NetworkPolicy shop/p ingress[0]',
  ]);
  expect(exercised(predict(world, 'vault > db tcp/1'))).toEqual([
    'NetworkPolicy shop/p ingress default deny',
  ]);
});

test('isolation names the policies per direction', () => {
  const evaluator = compile(
    withPolicies(ingress(), policy({ podSelector: { matchLabels: { app: 'db' } } }, 'db')),
  );
  const of = (name: string) => PODS.find((each) => each.name === name) as PolicyPod;
  expect(evaluator.isolation(of('db'), 'ingress')).toEqual([ref('p'), ref('db')]);
  expect(evaluator.isolation(of('web'), 'ingress')).toEqual([ref('p')]);
  expect(evaluator.isolation(of('web'), 'egress')).toEqual([]);
  expect(evaluator.isolation(of('vault'), 'ingress')).toEqual([]);
});

test('what is not of this world is refused', () => {
  const stranger = pod('shop', 'stranger', '10.244.1.99', {});
  const ask = (to: object) =>
    compile(WORLD).decide({
      from: { pod: stranger },
      to: { address: '10.0.0.1' },
      protocol: 'TCP',
      port: 1,
      ...to,
    });
  expect(() => ask({})).toThrow('no pod shop/stranger in this world');
  expect(() => ask({ from: { address: 'www.example.com' } })).toThrow('"www.example.com" is no address');
});
