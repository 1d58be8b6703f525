/** NetworkPolicy v1: a row per clause of the API's text (types.go of networking/v1; "concepts": the page of that name). */
import { describe, expect, test } from '@jest/globals';
import type { V1NetworkPolicy } from '../../../src/cluster/types.ts';
import { WORLD, egress, ingress, outcome, policy } from './world.ts';

interface Row {
  readonly clause: string;
  readonly policies: readonly V1NetworkPolicy[];
  /** Lines by outcome: `allow`, `deny`, `?` if not certain. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly 'allow?'?: readonly string[];
  readonly 'deny?'?: readonly string[];
}

const pods = (labels: Record<string, string>) => ({ podSelector: { matchLabels: labels } });
const spaces = (labels: Record<string, string>) => ({ namespaceSelector: { matchLabels: labels } });
/** `null` is what a manifest may have for an absent field. */
const absent = null as unknown as undefined;
const expression = (key: string, operator: string, ...values: string[]) => ({
  podSelector: { matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }] },
});
const block = (cidr: string, ...except: string[]) => ({
  ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) },
});
/** A port's name stands where the client's types want a number. */
const named = (name: string, protocol?: string) => ({
  port: name as never,
  ...(protocol === undefined ? {} : { protocol }),
});

const ISOLATION: readonly Row[] = [
  {
    clause: 'concepts: by default a pod is not isolated',
    policies: [],
    allow: ['web > api tcp/80', 'web2 > db udp/1'],
  },
  {
    clause: 'concepts: isolation for ingress and for egress are independent',
    policies: [ingress()],
    deny: ['web > api tcp/80', 'web2 > api udp/53', 'vault > db sctp/1'],
    allow: ['api > vault tcp/80', 'web > 203.0.113.10 tcp/80'],
  },
  {
    clause: 'spec.egress: if empty, the policy limits all outgoing traffic',
    policies: [egress()],
    deny: ['web > api tcp/80', 'web > vault tcp/80', 'web > 203.0.113.10 tcp/80'],
    allow: ['vault > web tcp/80', '203.0.113.10 > web tcp/80'],
  },
  {
    clause: 'policyTypes: without, ingress is always affected, egress not without a rule',
    policies: [policy({ podSelector: {}, egress: [] })],
    deny: ['web2 > web tcp/80'],
    allow: ['web > web2 tcp/80'],
  },
  {
    clause: 'policyTypes: without, a policy with egress rules affects egress too',
    policies: [policy({ podSelector: {}, egress: [{ to: [spaces({ team: 'bank' })] }] })],
    deny: ['web2 > web tcp/80', 'web > 203.0.113.10 tcp/80'],
    allow: ['web > web2 tcp/80'],
  },
  {
    clause: 'policyTypes: an empty list is none',
    policies: [policy({ podSelector: {}, policyTypes: [], egress: [{}] })],
    deny: ['web2 > web tcp/80'],
    allow: ['web > web2 tcp/80'],
  },
  {
    clause: 'policyTypes: Egress alone leaves ingress rules without effect',
    policies: [policy({ podSelector: {}, policyTypes: ['Egress'], ingress: [] })],
    deny: ['web > web2 tcp/80'],
    allow: ['web2 > web tcp/80'],
  },
  {
    clause: 'policyTypes: Ingress alone leaves egress rules without effect',
    policies: [policy({ podSelector: {}, policyTypes: ['Ingress'], egress: [] })],
    deny: ['web2 > web tcp/80'],
    allow: ['web > web2 tcp/80'],
  },
  {
    clause:
      'concepts: both the egress policy of the source and the ingress policy of the destination must allow',
    policies: [
      egress({ to: [pods({ app: 'api' })] }),
      policy({ podSelector: { matchLabels: { app: 'api' } } }, 'q'),
    ],
    deny: ['web > api tcp/80', 'web > db tcp/80'],
  },
  {
    clause: 'concepts: a policy is about the pods of its own namespace',
    policies: [policy({ podSelector: {} }, 'p', 'bank')],
    deny: ['web > web2 tcp/80'],
    allow: ['web2 > web tcp/80', 'db > web tcp/80'],
  },
  {
    clause: 'podSelector: a policy is about the pods that it selects',
    policies: [policy({ podSelector: { matchLabels: { app: 'web' } } })],
    deny: ['db > web tcp/80'],
    allow: ['web > db tcp/80', 'db > web2 tcp/80'],
  },
  {
    clause: 'podSelector: absent is empty, which selects all',
    policies: [policy({ policyTypes: ['Ingress'] })],
    deny: ['web > db tcp/80'],
  },
  {
    clause: 'concepts: policies do not conflict, they add up',
    policies: [
      policy({ podSelector: {} }, 'none'),
      policy({ podSelector: {}, ingress: [{ from: [pods({ app: 'web' })] }] }, 'web'),
      policy({ podSelector: { matchLabels: { app: 'db' } }, ingress: [{ ports: [{ port: 5432 }] }] }, 'db'),
    ],
    allow: ['web > db tcp/1', 'api > db tcp/5432', 'vault > db tcp/5432'],
    deny: ['api > db tcp/1', 'api > web tcp/5432'],
  },
];

const PEERS: readonly Row[] = [
  {
    clause: 'from: missing matches all sources',
    policies: [ingress({})],
    allow: ['web2 > db tcp/1', '203.0.113.10 > db udp/1'],
  },
  {
    clause: 'from: empty matches all sources',
    policies: [ingress({ from: [], ports: [] })],
    allow: ['web2 > db tcp/1', '203.0.113.10 > db udp/1'],
  },
  {
    clause: 'from: null is missing',
    policies: [ingress({ from: absent, ports: absent } as never)],
    allow: ['web2 > db tcp/1', '203.0.113.10 > db udp/1'],
  },
  {
    clause: 'to: missing matches all destinations',
    policies: [egress({ ports: [{ port: 80 }] })],
    allow: ['db > web2 tcp/80', 'db > 203.0.113.10 tcp/80'],
    deny: ['db > web2 tcp/81'],
  },
  {
    clause: 'ingress: empty allows nothing',
    policies: [policy({ podSelector: {}, ingress: [] })],
    deny: ['web > db tcp/1', '203.0.113.10 > db tcp/1'],
  },
  {
    clause: 'peer.podSelector: alone means the own namespace',
    policies: [ingress({ from: [pods({ app: 'web' })] })],
    allow: ['web > db tcp/1'],
    deny: ['web2 > db tcp/1', 'api > db tcp/1', '203.0.113.10 > db tcp/1'],
  },
  {
    clause: 'peer.podSelector: present but empty selects all pods (of the own namespace), and no address',
    policies: [ingress({ from: [{ podSelector: {} }] })],
    allow: ['web > db tcp/1', 'api > db tcp/1'],
    deny: ['web2 > db tcp/1', '203.0.113.10 > db tcp/1'],
  },
  {
    clause: 'peer.namespaceSelector: alone means all pods of those namespaces',
    policies: [ingress({ from: [spaces({ team: 'bank' })] })],
    allow: ['web2 > db tcp/1', 'vault > db tcp/1'],
    deny: ['web > db tcp/1', '203.0.113.10 > db tcp/1'],
  },
  {
    clause: 'peer.namespaceSelector: present but empty selects all namespaces, and no address',
    policies: [ingress({ from: [{ namespaceSelector: {} }] })],
    allow: ['web2 > db tcp/1', 'web > db tcp/1'],
    deny: ['203.0.113.10 > db tcp/1'],
  },
  {
    clause: "every namespace has its name as a label, whatever else it's labelled",
    policies: [ingress({ from: [spaces({ 'kubernetes.io/metadata.name': 'bank' })] })],
    allow: ['web2 > db tcp/1'],
    deny: ['web > db tcp/1'],
  },
  {
    clause: 'concepts: both selectors in one peer are an intersection',
    policies: [ingress({ from: [{ ...pods({ app: 'web' }), ...spaces({ team: 'bank' }) }] })],
    allow: ['web2 > db tcp/1'],
    deny: ['web > db tcp/1', 'vault > db tcp/1'],
  },
  {
    clause: 'concepts: two peers are a union',
    policies: [ingress({ from: [pods({ app: 'web' }), spaces({ team: 'bank' })] })],
    allow: ['web2 > db tcp/1', 'web > db tcp/1', 'vault > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'rule: traffic must match both ports and from',
    policies: [ingress({ from: [pods({ app: 'web' })], ports: [{ port: 5432 }] })],
    allow: ['web > db tcp/5432'],
    deny: ['web > db tcp/1', 'api > db tcp/5432'],
  },
  {
    clause: 'two rules are a union: ports of one do not meet peers of the other',
    policies: [
      ingress(
        { from: [pods({ app: 'web' })], ports: [{ port: 1 }] },
        { from: [pods({ app: 'api' })], ports: [{ port: 2 }] },
      ),
    ],
    allow: ['web > db tcp/1', 'api > db tcp/2'],
    deny: ['web > db tcp/2', 'api > db tcp/1'],
  },
];

const SELECTORS: readonly Row[] = [
  {
    clause: 'matchLabels: all must hold',
    policies: [ingress({ from: [pods({ app: 'web', tier: 'front' })] })],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'In: the value is one of them',
    policies: [ingress({ from: [expression('app', 'In', 'web', 'nobody')] })],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'In: does not hold without the label',
    policies: [ingress({ from: [expression('tier', 'In', 'front')] })],
    allow: ['web > api tcp/1'],
    deny: ['db > api tcp/1'],
  },
  {
    clause: 'NotIn: the value is none of them, and holds without the label',
    policies: [ingress({ from: [expression('tier', 'NotIn', 'front')] })],
    allow: ['api > web tcp/1', 'db > web tcp/1'],
    deny: ['web > db tcp/1'],
  },
  {
    clause: 'Exists: whatever the value',
    policies: [ingress({ from: [expression('tier', 'Exists')] })],
    allow: ['web > db tcp/1', 'api > db tcp/1'],
    deny: ['db > web tcp/1'],
  },
  {
    clause: 'DoesNotExist: only without the label',
    policies: [ingress({ from: [expression('tier', 'DoesNotExist')] })],
    allow: ['db > web tcp/1'],
    deny: ['api > web tcp/1'],
  },
  {
    clause: 'requirements of both lists are ANDed',
    policies: [
      ingress({
        from: [
          {
            podSelector: {
              matchLabels: { app: 'web' },
              matchExpressions: [{ key: 'tier', operator: 'Exists' }],
            },
          },
        ],
      }),
    ],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'a label is only what is written: constructor is none',
    policies: [ingress({ from: [expression('constructor', 'Exists')] })],
    deny: ['web > db tcp/1'],
  },
  {
    clause: 'expressions select namespaces too',
    policies: [ingress({ from: [{ namespaceSelector: expression('env', 'DoesNotExist').podSelector }] })],
    allow: ['web2 > db tcp/1'],
    deny: ['web > db tcp/1'],
  },
];

const PORTS: readonly Row[] = [
  {
    clause: 'protocol: without, TCP',
    policies: [ingress({ ports: [{ port: 53 }] })],
    allow: ['web > db tcp/53'],
    deny: ['web > db udp/53', 'web > db sctp/53'],
  },
  {
    clause: 'port: without, every port of the protocol',
    policies: [ingress({ ports: [{ protocol: 'UDP' }] })],
    allow: ['web > db udp/1', 'web > db udp/65535'],
    deny: ['web > db tcp/1'],
  },
  {
    clause: 'ports: an empty entry is every TCP port',
    policies: [ingress({ ports: [{}] })],
    allow: ['web > db tcp/1'],
    deny: ['web > db udp/1'],
  },
  {
    clause: 'protocol: SCTP is one',
    policies: [ingress({ ports: [{ protocol: 'SCTP', port: 7 }] })],
    allow: ['web > db sctp/7'],
    deny: ['web > db tcp/7'],
  },
  {
    clause: 'endPort: from port to endPort, both included',
    policies: [ingress({ ports: [{ port: 8000, endPort: 8002 }] })],
    allow: ['web > db tcp/8000', 'web > db tcp/8002'],
    deny: ['web > db tcp/7999', 'web > db tcp/8003'],
  },
  {
    clause: 'ports: combined by OR',
    policies: [ingress({ ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] })],
    allow: ['web > db tcp/1', 'web > db udp/2'],
    deny: ['web > db tcp/2', 'web > db udp/1'],
  },
  {
    clause: 'named port: of the pod that is connected to, each its own number (ingress)',
    policies: [ingress({ ports: [named('http')] })],
    allow: ['db > web tcp/8080', 'db > api tcp/9090'],
    deny: ['db > web tcp/9090', 'db > api tcp/8080', 'web > db tcp/8080'],
  },
  {
    clause: 'named port: of the pod that is connected to (egress), also in another namespace',
    policies: [egress({ ports: [named('http')] })],
    allow: ['db > web tcp/8080', 'db > web2 tcp/7070'],
    deny: ['db > web tcp/7070', 'web > db tcp/8080', 'db > web2 tcp/8080'],
  },
  {
    clause: 'named port: of that name and that protocol',
    policies: [ingress({ ports: [named('dns', 'UDP'), named('http', 'UDP')] })],
    allow: ['db > api udp/53'],
    deny: ['db > api tcp/53', 'db > web udp/8080'],
  },
  {
    clause: 'named port: what is no pod has none',
    policies: [egress({ ports: [named('http')] })],
    deny: ['db > 203.0.113.10 tcp/80', 'db > 203.0.113.10 tcp/8080'],
  },
];

const BLOCKS: readonly Row[] = [
  {
    clause: 'ipBlock: a CIDR of addresses outside',
    policies: [egress({ to: [block('203.0.113.0/24')] })],
    allow: ['db > 203.0.113.10 tcp/1', 'db > 203.0.113.255 tcp/1'],
    deny: ['db > 203.0.114.0 tcp/1', 'db > web2 tcp/1'],
  },
  {
    clause: 'except: not included',
    policies: [ingress({ from: [block('203.0.113.0/24', '203.0.113.0/25', '203.0.113.200/32')] })],
    allow: ['203.0.113.128 > db tcp/1'],
    deny: ['203.0.113.127 > db tcp/1', '203.0.113.200 > db tcp/1'],
  },
  {
    clause: 'except: another peer may let in what one leaves out',
    policies: [ingress({ from: [block('0.0.0.0/0', '203.0.113.0/24'), block('203.0.113.7/32')] })],
    allow: ['203.0.113.7 > db tcp/1', '198.51.100.7 > db tcp/1'],
    deny: ['203.0.113.8 > db tcp/1'],
  },
  {
    clause: 'ipBlock: host bits of the CIDR do not matter',
    policies: [egress({ to: [block('203.0.113.77/24')] })],
    allow: ['db > 203.0.113.1 tcp/1'],
  },
  {
    clause: 'ipBlock: IPv6',
    policies: [egress({ to: [block('2001:db8::/64', '2001:db8::8000:0:0:0/65')] })],
    allow: ['db > 2001:db8::7 tcp/1', 'db > 2001:db8:0:0::7 tcp/1'],
    deny: ['db > 2001:db8::8000:0:0:1 tcp/1', 'db > 2001:db8:0:1::7 tcp/1', 'db > 203.0.113.10 tcp/1'],
  },
  {
    clause: 'ipBlock: 0.0.0.0/0 holds no IPv6 address',
    policies: [egress({ to: [block('0.0.0.0/0')] })],
    allow: ['db > 203.0.113.10 tcp/1'],
    deny: ['db > 2001:db8::7 tcp/1'],
  },
  {
    clause: 'ipBlock: pods by their address as the text has it, but engines differ',
    policies: [egress({ to: [block('10.244.0.0/16', '10.244.1.0/24')] })],
    'allow?': ['db > web2 tcp/1'],
    deny: ['db > web tcp/1'],
  },
  {
    clause: 'ipBlock on pods: certain where another rule allows anyway',
    policies: [egress({ to: [block('10.244.0.0/16')] }, { to: [spaces({ team: 'bank' })] })],
    allow: ['db > web2 tcp/1'],
    'allow?': ['db > web tcp/1'],
  },
  {
    clause: 'ipBlock on pods: certain where the other direction denies anyway',
    policies: [egress({ to: [block('10.244.0.0/16')] }), policy({ podSelector: {} }, 'p', 'bank')],
    deny: ['db > web2 tcp/1'],
  },
];

const NODES: readonly Row[] = [
  {
    clause: 'concepts: traffic to and from the node where a pod runs is always allowed',
    policies: [ingress(), egress()].map((each, at) => ({
      ...each,
      metadata: { ...each.metadata, name: `p${at}` },
    })),
    allow: ['172.30.0.11 > web tcp/80', 'web > 172.30.0.11 tcp/10250'],
    deny: ['172.30.0.12 > web tcp/80', 'web > 172.30.0.12 tcp/10250'],
  },
  {
    clause: 'ipBlock: other nodes by their address, but engines differ',
    policies: [ingress({ from: [block('172.30.0.0/24')] })],
    'allow?': ['172.30.0.12 > web tcp/80'],
    allow: ['172.30.0.11 > web tcp/80'],
  },
  {
    clause: 'concepts: a pod cannot block access to itself',
    policies: [ingress(), egress()],
    allow: ['web > web tcp/80', 'web > 10.244.1.2 tcp/80'],
  },
  {
    clause: "a pod's address is the pod",
    policies: [ingress({ from: [pods({ app: 'web' })] })],
    allow: ['10.244.1.2 > 10.244.1.3 tcp/1'],
    deny: ['10.244.2.2 > db tcp/1'],
  },
  {
    clause: 'concepts: hostNetwork pods, undefined: mostly their node, so policies for them mean nothing',
    policies: [egress()],
    'allow?': ['agent > web2 tcp/80'],
  },
  {
    clause: 'hostNetwork pods: certain where no policy selects them',
    policies: [],
    allow: ['agent > web tcp/80', 'web2 > agent tcp/80'],
  },
  {
    clause: 'hostNetwork pods: selectors do not find them, mostly',
    policies: [ingress({ from: [pods({ app: 'agent' })] })],
    'deny?': ['agent > api tcp/80'],
    'allow?': ['agent > web tcp/80'],
  },
  {
    clause: 'hostNetwork pods: what no selector finds is denied by every reading',
    policies: [ingress({ from: [pods({ app: 'web' })] })],
    deny: ['agent > api tcp/80'],
  },
  {
    clause: 'a Service address: policies see it, or the pods behind it',
    policies: [egress({ to: [pods({ app: 'web' })], ports: [{ port: 8080 }] })],
    'deny?': ['db > 10.96.0.7 tcp/80'],
  },
];

const ALL = { ISOLATION, PEERS, SELECTORS, PORTS, BLOCKS, NODES };

describe.each(Object.entries(ALL))('NetworkPolicy: %s', (_, rows) => {
  test.each(rows)('$clause', ({ clause: _clause, policies, ...lines }) => {
    const world = { ...WORLD, policies };
    const wanted = Object.entries(lines).flatMap(([kind, those]) =>
      those.map((line) => [line, kind] as const),
    );
    const found = wanted.map(([line]) => [line, outcome(world, line)] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  });
});
