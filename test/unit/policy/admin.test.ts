/** Policies of policy.networking.k8s.io: a row per clause of the API's text (its types.go files, v1alpha1 and v1alpha2). */
import { describe, expect, test } from '@jest/globals';
import type { AdminPeer, AdminPolicy } from '../../../src/policy/admin-manifests.ts';
import type { World } from '../../../src/policy/world.ts';
import { WORLD, ingress, outcome, policy, predict } from './world.ts';

type Spec<Kind extends AdminPolicy['kind']> = Partial<Extract<AdminPolicy, { kind: Kind }>['spec']>;

const ALL = { namespaces: {} };
const SHOP = { namespaces: { matchLabels: { team: 'shop' } } };
const BANK = { namespaces: { matchLabels: { team: 'bank' } } };
const app = (name: string): AdminPeer => ({
  pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: name } } },
});

function anp(spec: Spec<'AdminNetworkPolicy'>, name = 'a'): AdminPolicy {
  return { kind: 'AdminNetworkPolicy', metadata: { name }, spec: { priority: 10, subject: ALL, ...spec } };
}
function banp(spec: Spec<'BaselineAdminNetworkPolicy'>): AdminPolicy {
  return {
    kind: 'BaselineAdminNetworkPolicy',
    metadata: { name: 'default' },
    spec: { subject: ALL, ...spec },
  };
}
function cnp(spec: Spec<'ClusterNetworkPolicy'>, name = 'c'): AdminPolicy {
  const metadata = { name };
  return {
    kind: 'ClusterNetworkPolicy',
    metadata,
    spec: { tier: 'Admin', priority: 10, subject: ALL, ...spec },
  };
}

const deny = { action: 'Deny' } as const;
const allow = { action: 'Allow' } as const;
const accept = { action: 'Accept' } as const;
const pass = { action: 'Pass' } as const;

interface Row {
  readonly clause: string;
  readonly admin: readonly AdminPolicy[];
  readonly policies?: World['policies'];
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly 'allow?'?: readonly string[];
  readonly 'deny?'?: readonly string[];
}

const TIERS: readonly Row[] = [
  {
    clause: 'Deny: before NetworkPolicies are asked',
    admin: [anp({ ingress: [{ ...deny, from: [app('web')] }] })],
    policies: [ingress({})],
    deny: ['web > db tcp/1'],
    allow: ['api > db tcp/1'],
  },
  {
    clause: 'Allow: even what NetworkPolicies would deny',
    admin: [anp({ ingress: [{ ...allow, from: [app('web')] }] })],
    policies: [ingress()],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'Accept (egress): ingress rules at the destination do apply',
    admin: [cnp({ egress: [{ ...accept, to: [ALL] }] })],
    policies: [ingress()],
    deny: ['web > db tcp/1'],
    allow: ['web > web2 tcp/1'],
  },
  {
    clause: 'Pass: no further admin rule, NetworkPolicies next',
    admin: [
      anp({ priority: 1, ingress: [{ ...pass, from: [app('web')] }] }, 'a'),
      anp({ priority: 2, ingress: [{ ...deny, from: [ALL] }] }, 'b'),
    ],
    policies: [policy({ podSelector: { matchLabels: { app: 'db' } } })],
    deny: ['web > db tcp/1', 'vault > api tcp/1'],
    allow: ['web > api tcp/1'],
  },
  {
    clause: 'Pass: to the baseline where no NetworkPolicy selects the pod',
    admin: [
      anp({
        ingress: [
          { ...pass, from: [app('web')] },
          { ...allow, from: [ALL] },
        ],
      }),
      banp({ ingress: [{ ...deny, from: [ALL] }] }),
    ],
    deny: ['web > api tcp/1'],
    allow: ['vault > api tcp/1'],
  },
  {
    clause: 'baseline: overridden by NetworkPolicies, which always decide for the pods they select',
    admin: [banp({ ingress: [{ ...deny, from: [ALL] }] })],
    policies: [ingress({ from: [{ podSelector: {} }] })],
    allow: ['web > db tcp/1'],
    deny: ['web2 > db tcp/1', 'db > web2 tcp/1'],
  },
  {
    clause: 'baseline: does not open what NetworkPolicies close',
    admin: [banp({ ingress: [{ ...allow, from: [ALL] }] })],
    policies: [ingress()],
    deny: ['web > db tcp/1'],
  },
  {
    clause: 'baseline: per direction, as isolation is',
    admin: [banp({ egress: [{ ...deny, to: [BANK] }] })],
    policies: [ingress({})],
    deny: ['web > web2 tcp/1'],
  },
  {
    clause: 'v1alpha2: Baseline tier after NetworkPolicies, Pass there is open',
    admin: [
      cnp({ tier: 'Baseline', priority: 1, ingress: [{ ...pass, from: [app('web')] }] }, 'b'),
      cnp({ tier: 'Baseline', priority: 2, ingress: [{ ...deny, from: [ALL] }] }, 'c'),
    ],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'a connection that no tier decides is allowed',
    admin: [anp({ ingress: [{ ...deny, from: [app('nobody')] }] }), banp({})],
    allow: ['web > db tcp/1'],
  },
  {
    clause: 'a policy without rules in a direction does not affect it',
    admin: [anp({ ingress: [] }), banp({ egress: [{ ...deny, to: [app('db')] }] })],
    allow: ['web > api tcp/1'],
    deny: ['web > db tcp/1'],
  },
];

const ORDER: readonly Row[] = [
  {
    clause: 'priority: the lowest value first, whatever the order in the list',
    admin: [
      anp({ priority: 20, ingress: [{ ...deny, from: [ALL] }] }, 'late'),
      anp({ priority: 3, ingress: [{ ...allow, from: [app('web')] }] }, 'early'),
    ],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'priority: 0 comes first of all',
    admin: [
      anp({ priority: 1, ingress: [{ ...deny, from: [ALL] }] }, 'one'),
      anp({ priority: 0, ingress: [{ ...allow, from: [ALL] }] }, 'zero'),
    ],
    allow: ['web > db tcp/1'],
  },
  {
    clause: 'rules: the topmost that matches',
    admin: [
      anp({
        ingress: [
          { ...allow, from: [app('web')] },
          { ...deny, from: [ALL] },
        ],
      }),
    ],
    allow: ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'equal priority: any of the matching policies may be applied',
    admin: [
      anp({ ingress: [{ ...allow, from: [app('web')] }] }, 'a'),
      anp({ ingress: [{ ...deny, from: [ALL] }] }, 'b'),
    ],
    'allow?': ['web > db tcp/1'],
    deny: ['api > db tcp/1'],
  },
  {
    clause: 'equal priority: no matter where they agree, or where only one is about the pod',
    admin: [
      anp({ subject: SHOP, ingress: [{ ...deny, from: [app('web')] }] }, 'a'),
      anp({ subject: SHOP, ingress: [{ ...deny, from: [ALL] }] }, 'b'),
      anp({ subject: BANK, ingress: [{ ...allow, from: [ALL] }] }, 'c'),
    ],
    deny: ['web > db tcp/1', 'vault > db tcp/1'],
    allow: ['web > vault tcp/1'],
  },
  {
    clause: 'how priorities of AdminNetworkPolicy and ClusterNetworkPolicy compare is nowhere said',
    admin: [
      anp({ priority: 1, ingress: [{ ...allow, from: [ALL] }] }),
      cnp({ priority: 2, ingress: [{ ...deny, from: [ALL] }] }),
    ],
    'allow?': ['web > db tcp/1'],
  },
];

const WHO: readonly Row[] = [
  {
    clause: 'subject.namespaces: all pods of those namespaces',
    admin: [anp({ subject: BANK, ingress: [{ ...deny, from: [ALL] }] })],
    deny: ['web > vault tcp/1', 'web2 > vault tcp/1'],
    allow: ['vault > web tcp/1'],
  },
  {
    clause: 'subject.pods: pods of that kind in namespaces of that kind',
    admin: [
      anp({
        subject: {
          pods: { namespaceSelector: SHOP.namespaces, podSelector: { matchLabels: { tier: 'back' } } },
        },
        ingress: [{ ...deny, from: [ALL] }],
      }),
    ],
    deny: ['web > api tcp/1'],
    allow: ['web > db tcp/1', 'web > vault tcp/1'],
  },
  {
    clause: 'subject: host-networked pods are not included',
    admin: [anp({ egress: [{ ...deny, to: [ALL] }] })],
    allow: ['agent > db tcp/1'],
    deny: ['web > db tcp/1'],
  },
  {
    clause: 'peers: host-networked pods are not included, nor anything outside',
    admin: [anp({ ingress: [{ ...deny, from: [ALL] }] })],
    allow: ['agent > api tcp/1', '203.0.113.10 > db tcp/1'],
    deny: ['web > api tcp/1'],
  },
  {
    clause: 'networks: also pods with such an address',
    admin: [cnp({ egress: [{ ...deny, to: [{ networks: ['10.244.2.0/24', '203.0.113.0/24'] }] }] })],
    deny: ['web > web2 tcp/1', 'web > 203.0.113.10 tcp/1'],
    allow: ['web > db tcp/1', 'web > 198.51.100.7 tcp/1'],
  },
  {
    clause: 'networks: IPv6',
    admin: [cnp({ egress: [{ ...deny, to: [{ networks: ['2001:db8::/32'] }] }] })],
    deny: ['web > 2001:db8::1 tcp/1'],
    allow: ['web > 2001:db9::1 tcp/1'],
  },
  {
    clause: 'nodes: by their labels, their addresses',
    admin: [anp({ egress: [{ ...deny, to: [{ nodes: { matchLabels: { zone: 'b' } } }] }] })],
    deny: ['web > 172.30.0.12 tcp/1'],
    allow: ['web > 172.30.0.11 tcp/1', 'web > api tcp/1'],
  },
  {
    clause: "nodes: present but empty selects all nodes; whether the pod's own too is not said",
    admin: [anp({ egress: [{ ...deny, to: [{ nodes: {} }] }] })],
    deny: ['web > 172.30.0.12 tcp/1'],
    'deny?': ['web > 172.30.0.11 tcp/1'],
    allow: ['web > db tcp/1'],
  },
  {
    clause: 'domainNames: which addresses they are is not known here',
    admin: [
      anp({ priority: 1, egress: [{ ...allow, to: [{ domainNames: ['*.example.com'] }] }] }, 'names'),
      anp({ priority: 2, egress: [{ ...deny, to: [{ networks: ['0.0.0.0/0'] }] }] }, 'rest'),
    ],
    'deny?': ['web > 203.0.113.10 tcp/1'],
  },
  {
    clause: 'a peer with no field we know: a rule that allows matches no traffic',
    admin: [
      cnp({
        ingress: [
          { ...accept, from: [{ moons: {} } as AdminPeer] },
          { ...deny, from: [app('web')] },
        ],
      }),
    ],
    'deny?': ['web > db tcp/1'],
    allow: ['api > db tcp/1'],
  },
  {
    clause: 'a peer with no field we know: a rule that denies or passes denies all',
    admin: [cnp({ ingress: [{ ...pass, from: [{ moons: {} } as AdminPeer] }] })],
    'deny?': ['web > db tcp/1', '203.0.113.10 > db tcp/1'],
  },
  {
    clause: 'a pod can always reach itself',
    admin: [anp({ ingress: [{ ...deny, from: [ALL] }] })],
    allow: ['web > web tcp/1'],
  },
];

const PORTS: readonly Row[] = [
  {
    clause: 'ports: not set, the rule does not filter by port',
    admin: [anp({ ingress: [{ ...deny, from: [ALL] }] })],
    deny: ['web > db tcp/1', 'web > db sctp/9'],
  },
  {
    clause: 'portNumber and portRange, both ends included; protocol TCP if not specified',
    admin: [
      anp({
        ingress: [
          {
            ...deny,
            from: [ALL],
            ports: [{ portNumber: { port: 80 } }, { portRange: { protocol: 'UDP', start: 5000, end: 6000 } }],
          },
        ],
      }),
    ],
    deny: ['web > db tcp/80', 'web > db udp/5000', 'web > db udp/6000'],
    allow: ['web > db udp/80', 'web > db tcp/5000', 'web > db udp/4999', 'web > db udp/6001'],
  },
  {
    clause: 'namedPort: of the pod that is connected to, of whatever protocol that is',
    admin: [
      anp({ ingress: [{ ...deny, from: [ALL], ports: [{ namedPort: 'dns' }, { namedPort: 'http' }] }] }),
    ],
    deny: ['web > api udp/53', 'db > web tcp/8080', 'db > api tcp/9090'],
    allow: ['web > api tcp/53', 'db > web tcp/9090'],
  },
  {
    clause: 'v1alpha2 protocols: number, range (both ends included), name',
    admin: [
      cnp({
        egress: [
          {
            ...deny,
            to: [ALL],
            protocols: [
              { tcp: { destinationPort: { number: 80 } } },
              { udp: { destinationPort: { range: { start: 5000, end: 6000 } } } },
              { sctp: { destinationPort: { number: 7 } } },
              { destinationNamedPort: 'http' },
            ],
          },
        ],
      }),
    ],
    deny: [
      'web > db tcp/80',
      'web > db udp/5000',
      'web > db udp/6000',
      'web > db sctp/7',
      'db > web2 tcp/7070',
    ],
    allow: ['web > db udp/80', 'web > db udp/6001', 'web > db sctp/8', 'db > web2 tcp/8080'],
  },
];

describe.each(Object.entries({ TIERS, ORDER, WHO, PORTS }))('admin policies: %s', (_, rows) => {
  test.each(rows)('$clause', ({ clause: _clause, admin, policies = [], ...lines }) => {
    const world = { ...WORLD, policies, adminPolicies: admin };
    const wanted = Object.entries(lines).flatMap(([kind, those]) =>
      those.map((line) => [line, kind] as const),
    );
    const found = wanted.map(([line]) => [line, outcome(world, line)] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  });
});

describe('reasons in the admin tiers', () => {
  const world: World = {
    ...WORLD,
    adminPolicies: [
      anp({ priority: 3, ingress: [{ ...pass, name: 'to-teams', from: [app('web'), SHOP] }] }, 'platform'),
      banp({ ingress: [{ ...deny, name: 'closed', from: [SHOP], ports: [{ portNumber: { port: 5432 } }] }] }),
    ],
  };

  test('name the tier, priority, rule and what passed it on', () => {
    const { ingress: decision } = predict(world, 'db > api tcp/5432');
    expect(decision).toEqual({
      direction: 'ingress',
      verdict: 'deny',
      certain: true,
      because: {
        kind: 'admin-rule',
        hit: {
          rule: {
            id: 'BaselineAdminNetworkPolicy default ingress[0]',
            policy: { kind: 'BaselineAdminNetworkPolicy', name: 'default' },
            direction: 'ingress',
            index: 0,
            tier: 'baseline',
            name: 'closed',
            action: 'deny',
          },
          peer: 0,
          port: 0,
        },
      },
      passed: [
        {
          rule: {
            id: 'AdminNetworkPolicy platform ingress[0]',
            policy: { kind: 'AdminNetworkPolicy', name: 'platform' },
            direction: 'ingress',
            index: 0,
            tier: 'admin',
            priority: 3,
            name: 'to-teams',
            action: 'pass',
          },
          peer: 1,
        },
      ],
    });
  });

  test('a tie names the policies', () => {
    const tie = [
      anp({ ingress: [{ ...allow, from: [ALL] }] }, 'a'),
      anp({ ingress: [{ ...deny, from: [ALL] }] }, 'b'),
    ];
    expect(predict({ ...WORLD, adminPolicies: tie }, 'web > db tcp/1').doubts).toEqual([
      {
        kind: 'priority-tie',
        text: 'which of AdminNetworkPolicy a and AdminNetworkPolicy b comes first in the admin tier is not defined',
      },
    ]);
  });
});
