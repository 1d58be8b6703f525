/** What each rule of the NetworkPolicy API lets through, walked through the compiled tables. */
import { describe, expect, test } from '@jest/globals';
import type { V1NetworkPolicy } from '../../../src/cluster/types.ts';
import { rebuild } from '../../../src/sandbox/network/difference.ts';
import type { ForwardingState } from '../../../src/sandbox/network/network.ts';
import type { Table } from '../../../src/sandbox/network/nftables.ts';
import { indexCluster } from '../../../src/sandbox/network/policy/cluster.ts';
import { compilePolicies } from '../../../src/sandbox/network/policy/compile.ts';
import { HEALTHY, egress, ingress, ipOf, policy, stateWith } from './cluster.ts';
import { fateOf } from './walk.ts';

/** `web > api tcp/80` */
function isOpen(policies: readonly V1NetworkPolicy[], line: string): boolean {
  const [from = '', , to = '', endpoint = ''] = line.split(' ');
  const [protocol = '', port] = endpoint.split('/');
  const packet = { from: ipOf(from), to: ipOf(to), protocol, port: Number(port) };
  return fateOf(stateWith(policies), packet) === 'accept';
}

interface Row {
  readonly rule: string;
  readonly policies: readonly V1NetworkPolicy[];
  readonly open?: readonly string[];
  readonly closed?: readonly string[];
}

const pods = (labels: Record<string, string>) => ({ podSelector: { matchLabels: labels } });
const spaces = (labels: Record<string, string>) => ({ namespaceSelector: { matchLabels: labels } });
/** `null` is what `kubectl` may send for an absent field. */
const absent = null as unknown as undefined;
const expression = (key: string, operator: string, ...values: string[]) => ({
  podSelector: { matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }] },
});

const ISOLATION: readonly Row[] = [
  { rule: 'no policy: open', policies: [], open: ['web > api tcp/80', 'web2 > db udp/1'] },
  {
    rule: 'ingress isolation leaves egress alone',
    policies: [ingress()],
    closed: ['web > api tcp/80', 'web2 > api udp/53', 'vault > db sctp/1'],
    open: ['api > vault tcp/80', 'web > 203.0.113.10 tcp/80'],
  },
  {
    rule: 'egress isolation leaves ingress alone',
    policies: [egress()],
    closed: ['web > api tcp/80', 'web > vault tcp/80', 'web > 203.0.113.10 tcp/80'],
    open: ['vault > web tcp/80', '203.0.113.10 > web tcp/80'],
  },
  {
    rule: 'no policyTypes and no egress rules: ingress only',
    policies: [policy({ podSelector: {}, egress: [] })],
    closed: ['web2 > web tcp/80'],
    open: ['web > web2 tcp/80'],
  },
  {
    rule: 'no policyTypes but egress rules: both',
    policies: [policy({ podSelector: {}, egress: [{ to: [spaces({ team: 'bank' })] }] })],
    closed: ['web2 > web tcp/80', 'web > 203.0.113.10 tcp/80'],
    open: ['web > web2 tcp/80'],
  },
  {
    rule: 'policyTypes Egress: ingress rules mean nothing',
    policies: [policy({ podSelector: {}, policyTypes: ['Egress'], ingress: [] })],
    closed: ['web > web2 tcp/80'],
    open: ['web2 > web tcp/80'],
  },
  {
    rule: 'policyTypes Ingress: egress rules mean nothing',
    policies: [policy({ podSelector: {}, policyTypes: ['Ingress'], egress: [] })],
    closed: ['web2 > web tcp/80'],
    open: ['web > web2 tcp/80'],
  },
  {
    rule: 'both ends must allow',
    policies: [
      egress({ to: [pods({ app: 'api' })] }),
      policy({ podSelector: { matchLabels: { app: 'api' } } }, 'q'),
    ],
    closed: ['web > api tcp/80', 'web > db tcp/80'],
  },
  {
    rule: 'a missing podSelector selects all pods of the namespace',
    policies: [policy({ podSelector: absent as never })],
    closed: ['web2 > web tcp/80', 'web2 > db tcp/80'],
    open: ['web > vault tcp/80'],
  },
  {
    rule: 'a policy of another namespace selects nothing here',
    policies: [policy({ podSelector: {} }, 'p', 'bank')],
    closed: ['web > vault tcp/80'],
    open: ['vault > web tcp/80', 'web > api tcp/80'],
  },
  {
    rule: 'podSelector selects by labels',
    policies: [policy({ podSelector: { matchLabels: { app: 'api', tier: 'back' } } })],
    closed: ['web > api tcp/80'],
    open: ['web > db tcp/80', 'api > web tcp/80'],
  },
  {
    rule: 'a pod reaches itself however isolated',
    policies: [ingress(), { ...egress(), metadata: { name: 'q', namespace: 'shop' } }],
    open: ['web > web tcp/80'],
    closed: ['web > db tcp/80'],
  },
  {
    rule: 'a pod and its own node never meet the forward hook; other nodes do',
    policies: [ingress()],
    closed: ['172.30.0.12 > web tcp/80'],
  },
];

const UNION: readonly Row[] = [
  {
    rule: 'policies add up',
    policies: [
      ingress({ from: [pods({ app: 'web' })], ports: [{ port: 80 }] }),
      policy(
        { podSelector: { matchLabels: { app: 'api' } }, ingress: [{ from: [pods({ app: 'db' })] }] },
        'q',
      ),
      policy({ podSelector: {} }, 'deny-all'),
    ],
    open: ['web > api tcp/80', 'db > api tcp/81', 'web > db tcp/80'],
    closed: ['web > api tcp/81', 'api > db tcp/80'],
  },
  {
    rule: 'rules of one policy add up, peers and ports within a rule do not mix with those of another',
    policies: [
      ingress(
        { from: [pods({ app: 'web' })], ports: [{ port: 80 }] },
        { from: [pods({ app: 'db' })], ports: [{ port: 81 }] },
      ),
    ],
    open: ['web > api tcp/80', 'db > api tcp/81'],
    closed: ['web > api tcp/81', 'db > api tcp/80'],
  },
];

const PEERS: readonly Row[] = [
  {
    rule: 'missing from: everyone',
    policies: [ingress({})],
    open: ['web2 > web tcp/1', '203.0.113.10 > web udp/2'],
  },
  { rule: 'empty from: everyone', policies: [ingress({ from: [] })], open: ['web2 > web tcp/1'] },
  { rule: 'null from: everyone', policies: [ingress({ from: absent as never })], open: ['web2 > web tcp/1'] },
  {
    rule: 'missing to: everyone',
    policies: [egress({})],
    open: ['web > web2 tcp/1', 'web > 203.0.113.10 udp/2'],
  },
  {
    rule: 'empty podSelector: all pods of the own namespace only',
    policies: [ingress({ from: [{ podSelector: {} }] })],
    open: ['web > api tcp/80'],
    closed: ['web2 > api tcp/80', '203.0.113.10 > api tcp/80'],
  },
  {
    rule: 'podSelector: matching pods of the own namespace',
    policies: [ingress({ from: [pods({ app: 'web' })] })],
    open: ['web > api tcp/80'],
    closed: ['web2 > api tcp/80', 'db > api tcp/80'],
  },
  {
    rule: 'empty namespaceSelector: all pods, but nothing outside',
    policies: [ingress({ from: [{ namespaceSelector: {} }] })],
    open: ['web > api tcp/80', 'vault > api tcp/80'],
    closed: ['203.0.113.10 > api tcp/80'],
  },
  {
    rule: 'namespaceSelector: all pods of matching namespaces, the own one not included by itself',
    policies: [ingress({ from: [spaces({ team: 'bank' })] })],
    open: ['web2 > api tcp/80', 'vault > api tcp/80'],
    closed: ['web > api tcp/80'],
  },
  {
    rule: 'both in one peer: intersection',
    policies: [ingress({ from: [{ ...pods({ app: 'web' }), ...spaces({ team: 'bank' }) }] })],
    open: ['web2 > api tcp/80'],
    closed: ['web > api tcp/80', 'vault > api tcp/80'],
  },
  {
    rule: 'two peers: union',
    policies: [ingress({ from: [pods({ app: 'web' }), spaces({ team: 'bank' })] })],
    open: ['web > api tcp/80', 'web2 > api tcp/80', 'vault > api tcp/80'],
    closed: ['db > api tcp/80'],
  },
  {
    rule: 'null beside a selector is absent',
    policies: [
      ingress({ from: [{ podSelector: absent as never, namespaceSelector: {}, ipBlock: absent as never }] }),
    ],
    open: ['vault > api tcp/80'],
  },
  {
    rule: 'a peer that says nothing is nobody',
    policies: [ingress({ from: [{}] })],
    closed: ['web > api tcp/80'],
  },
  {
    rule: 'a selector that matches nobody is nobody, not everybody',
    policies: [ingress({ from: [pods({ app: 'none' })] })],
    closed: ['web > api tcp/80', 'web2 > api tcp/80'],
  },
  {
    rule: 'selectors mean the destination in egress',
    policies: [egress({ to: [pods({ app: 'api' })] })],
    open: ['web > api tcp/80'],
    closed: ['web > db tcp/80', 'web > web2 tcp/80'],
  },
];

const EXPRESSIONS: readonly Row[] = [
  {
    rule: 'In',
    policies: [ingress({ from: [expression('app', 'In', 'web', 'db')] })],
    open: ['web > api tcp/80', 'db > api tcp/80'],
    closed: ['api > web tcp/80'],
  },
  {
    rule: 'NotIn matches pods without the label too',
    policies: [ingress({ from: [expression('tier', 'NotIn', 'front')] })],
    open: ['api > web tcp/80', 'db > api tcp/80'],
    closed: ['web > api tcp/80'],
  },
  {
    rule: 'Exists',
    policies: [ingress({ from: [expression('tier', 'Exists')] })],
    open: ['web > api tcp/80', 'api > web tcp/80'],
    closed: ['db > api tcp/80'],
  },
  {
    rule: 'DoesNotExist',
    policies: [ingress({ from: [expression('tier', 'DoesNotExist')] })],
    open: ['db > api tcp/80'],
    closed: ['web > api tcp/80'],
  },
  {
    rule: 'an operator that does not exist matches nobody',
    policies: [ingress({ from: [expression('tier', 'Gt', '1')] })],
    closed: ['web > api tcp/80', 'db > api tcp/80'],
  },
  {
    rule: 'labels and expressions must all hold',
    policies: [
      ingress({
        from: [
          {
            podSelector: {
              matchLabels: { app: 'web' },
              matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }],
            },
            namespaceSelector: {},
          },
        ],
      }),
    ],
    open: ['web2 > api tcp/80'],
    closed: ['web > api tcp/80'],
  },
  {
    rule: 'expressions on namespaces',
    policies: [
      ingress({
        from: [{ namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] } }],
      }),
    ],
    open: ['vault > api tcp/80'],
    closed: ['web > api tcp/80'],
  },
  {
    rule: "a label's name is not looked up in Object.prototype",
    policies: [ingress({ from: [expression('constructor', 'Exists')] })],
    closed: ['web > api tcp/80'],
  },
];

const BLOCKS: readonly Row[] = [
  {
    rule: 'ipBlock matches the outside and pods by address',
    policies: [
      egress({ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }, { ipBlock: { cidr: '10.244.2.2/32' } }] }),
    ],
    open: ['web > 203.0.113.10 tcp/80', 'web > api tcp/80'],
    closed: ['web > 203.0.114.1 tcp/80', 'web > web2 tcp/80'],
  },
  {
    rule: 'except cuts holes, also several and overlapping ones',
    policies: [
      egress({
        to: [
          {
            ipBlock: {
              cidr: '0.0.0.0/0',
              except: ['10.0.0.0/8', '10.1.0.0/16', '255.255.255.255/32', '0.0.0.0/32'],
            },
          },
        ],
      }),
    ],
    open: ['web > 9.255.255.255 tcp/80', 'web > 11.0.0.0 tcp/80', 'web > 0.0.0.1 tcp/80'],
    closed: [
      'web > 10.0.0.0 tcp/80',
      'web > 10.255.255.255 tcp/80',
      'web > api tcp/80',
      'web > 255.255.255.255 tcp/80',
      'web > 0.0.0.0 tcp/80',
    ],
  },
  {
    rule: "another peer may allow what one peer's except leaves out",
    policies: [
      egress({ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.0.0/16'] } }, pods({ app: 'api' })] }),
    ],
    open: ['web > 10.9.9.9 tcp/80', 'web > api tcp/80'],
    closed: ['web > db tcp/80'],
  },
  {
    rule: 'an except that leaves nothing leaves nothing',
    policies: [egress({ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] })],
    closed: ['web > api tcp/80', 'web > 203.0.113.10 tcp/80'],
  },
  {
    rule: 'IPv6 blocks hold no IPv4 address',
    policies: [egress({ to: [{ ipBlock: { cidr: '::/0' } }] })],
    closed: ['web > api tcp/80', 'web > 203.0.113.10 tcp/80'],
  },
];

const PORTS: readonly Row[] = [
  {
    rule: 'empty ports: all',
    policies: [ingress({ ports: [] })],
    open: ['web > api tcp/80', 'web > api udp/1'],
  },
  { rule: 'null ports: all', policies: [ingress({ ports: absent as never })], open: ['web > api sctp/80'] },
  {
    rule: 'protocol defaults to TCP',
    policies: [ingress({ ports: [{ port: 80 }] })],
    open: ['web > api tcp/80'],
    closed: ['web > api udp/80', 'web > api sctp/80', 'web > api tcp/81'],
  },
  {
    rule: 'a protocol alone: all its ports',
    policies: [ingress({ ports: [{ protocol: 'UDP' }] })],
    open: ['web > api udp/1', 'web > api udp/65535'],
    closed: ['web > api tcp/1'],
  },
  {
    rule: 'an empty port: all TCP ports',
    policies: [ingress({ ports: [{}] })],
    open: ['web > api tcp/9'],
    closed: ['web > api udp/9'],
  },
  {
    rule: 'SCTP',
    policies: [ingress({ ports: [{ protocol: 'SCTP', port: 9 }] })],
    open: ['web > api sctp/9'],
    closed: ['web > api tcp/9'],
  },
  {
    rule: 'endPort includes both ends',
    policies: [ingress({ ports: [{ port: 80, endPort: 90 }] })],
    open: ['web > api tcp/80', 'web > api tcp/85', 'web > api tcp/90'],
    closed: ['web > api tcp/79', 'web > api tcp/91', 'web > api udp/85'],
  },
  {
    rule: 'several ports, overlapping and touching',
    policies: [
      ingress({
        ports: [
          { port: 80, endPort: 90 },
          { port: 85, endPort: 95 },
          { port: 96 },
          { port: 53, protocol: 'UDP' },
        ],
      }),
    ],
    open: ['web > api tcp/95', 'web > api tcp/96', 'web > api udp/53'],
    closed: ['web > api tcp/97', 'web > api udp/80', 'web > api tcp/53'],
  },
  {
    rule: "a named port is each target pod's own, in ingress",
    policies: [ingress({ ports: [{ port: 'http' }] })],
    open: ['db > web tcp/8080', 'db > api tcp/9090'],
    closed: ['db > web tcp/9090', 'db > api tcp/8080', 'web > db tcp/8080'],
  },
  {
    rule: 'and in egress, where the target is the peer',
    policies: [egress({ ports: [{ port: 'http' }] })],
    open: ['db > web tcp/8080', 'db > api tcp/9090', 'db > web2 tcp/7070'],
    closed: ['db > web2 tcp/8080', 'db > 203.0.113.10 tcp/80'],
  },
  {
    rule: "and only within the rule's peers",
    policies: [egress({ to: [pods({ app: 'web' })], ports: [{ port: 'http' }] })],
    open: ['db > web tcp/8080'],
    closed: ['db > api tcp/9090', 'db > web2 tcp/7070'],
  },
  {
    rule: 'a name of another protocol is another port',
    policies: [
      ingress({ ports: [{ port: 'dns' }] }),
      policy({ podSelector: {}, ingress: [{ ports: [{ port: 'dns', protocol: 'UDP' }] }] }, 'q'),
    ],
    open: ['web > api udp/53'],
    closed: ['web > api tcp/53'],
  },
  {
    rule: 'a name that no pod has allows nothing',
    policies: [ingress({ ports: [{ port: 'grpc' }] })],
    closed: ['web > api tcp/80', 'web > api tcp/9090'],
  },
];

describe.each([
  ['isolation', ISOLATION],
  ['union', UNION],
  ['peers', PEERS],
  ['matchExpressions', EXPRESSIONS],
  ['ipBlock', BLOCKS],
  ['ports', PORTS],
])('%s', (_title, rows) => {
  test.each(rows.map((row) => [row.rule, row] as const))(
    '%s',
    (_rule, { policies, open = [], closed = [] }) => {
      expect(open.filter((line) => !isOpen(policies, line))).toEqual([]);
      expect(closed.filter((line) => isOpen(policies, line))).toEqual([]);
      expect(open.length + closed.length).toBeGreaterThan(0);
    },
  );
});

describe('behaviour', () => {
  const state = stateWith([ingress(), { ...egress(), metadata: { name: 'q', namespace: 'shop' } }]);
  const into = { from: ipOf('vault'), to: ipOf('web'), protocol: 'tcp', port: 80 };
  const outOf = { from: ipOf('web'), to: ipOf('vault'), protocol: 'tcp', port: 80 };

  test.each([
    ['healthy', true, true, 'drop', 'drop', 'drop'],
    ['none', false, false, 'drop', 'accept', 'accept'],
    ['ingress only', true, false, 'drop', 'drop', 'accept'],
    ['egress only', false, true, 'drop', 'accept', 'drop'],
    ['reject', true, true, 'reject', 'reset', 'reset'],
    ['reject with ICMP', true, true, 'reject-icmp', 'port-unreachable', 'port-unreachable'],
  ] as const)('%s', (_name, ingressOn, egressOn, denial, wantedInto, wantedOutOf) => {
    const enforcement = { enforced: { ingress: ingressOn, egress: egressOn }, denial };
    expect(fateOf(state, into, enforcement)).toBe(wantedInto);
    expect(fateOf(state, outOf, enforcement)).toBe(wantedOutOf);
  });

  test('reject answers what is not TCP with ICMP', () => {
    const enforcement = { ...HEALTHY, denial: 'reject' } as const;
    expect(fateOf(state, { ...into, protocol: 'udp' }, enforcement)).toBe('port-unreachable');
  });
});

const compiled = (state: ForwardingState): Table => compilePolicies(indexCluster(state), 'worker-1', HEALTHY);
const textOf = (table: Table): string => rebuild(table).join('\n');

describe('the table', () => {
  const policies = [
    ingress({ from: [pods({ app: 'web' })] }),
    policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] }, 'q'),
    policy({ podSelector: {} }, 'r', 'bank'),
  ];

  test('is the same for the same objects in any order', () => {
    const state = stateWith(policies);
    const turned = { ...state, pods: state.pods.toReversed(), policies: policies.toReversed() };
    expect(compiled(turned)).toEqual(compiled(state));
  });

  test("does not change with what a node's pods have nothing to do with", () => {
    const changed = policy({ podSelector: { matchLabels: { app: 'api' } } }, 's');
    const [before, after] = [policies, [...policies, changed]].map((all) => compiled(stateWith(all)));
    expect(after).toEqual(before);
  });

  test('reaches each pod in one step and holds each set once', () => {
    const same = Array.from({ length: 50 }, (_, at) => ({
      ...policies[0],
      metadata: { name: `p${at}`, namespace: 'shop' },
    }));
    const text = textOf(compiled(stateWith(same)));
    expect(text.match(/add set \S+ \S+ pods_/g)).toHaveLength(1);
    expect(text.match(/add chain \S+ \S+ ingress_rules_/g)).toHaveLength(1);
    expect(text.match(/jump/g)).toHaveLength(1);
    expect(text).toContain('ip daddr vmap @ingress_isolated');
  });

  test('has one verdict per address, of the pod that claimed it last', () => {
    const state = stateWith(policies);
    const successor = { ...state.pods[0], name: 'next', labels: {} } as (typeof state.pods)[number];
    const text = textOf(compiled({ ...state, pods: [...state.pods, successor] }));
    expect(textOf(compiled(state))).toMatch(/ pods_\S+ \{ 10\.244\.1\.2 /);
    expect(text.match(/10\.244\.1\.2 : goto/g)).toHaveLength(1);
    expect(text).not.toMatch(/ pods_\S+ \{[^}]*10\.244\.1\.2[ ,]/);
  });

  test("carries nothing of an object's own words", () => {
    const evil = '} ; flush ruleset ; {';
    const state = stateWith([
      policy({ podSelector: { matchLabels: { [evil]: evil } } }, evil, evil),
      ingress({
        from: [pods({ [evil]: evil }), { ipBlock: { cidr: evil, except: [evil] } }],
        ports: [{ port: evil }, { protocol: evil }],
      }),
    ]);
    const named = state.pods.map((pod) => ({
      ...pod,
      name: evil,
      namespace: pod.namespace,
      ports: [{ name: evil, protocol: 'TCP', port: 1 }],
    }));
    const unaddressed = { ...state.pods[0], ip: evil } as (typeof named)[number];
    const text = textOf(compiled({ ...state, pods: [...named, unaddressed] }));
    expect(text).toContain('add chain');
    expect(text).not.toContain('flush');
  });
});
