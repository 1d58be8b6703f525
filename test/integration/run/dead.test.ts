/** Things that die, are missing or lie while they are measured: never a pass. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Lab, proofOf, RUN_MS, table, unlessStarved, type Written } from '../../support/sandbox-run.ts';
import { eventually } from '../../support/until.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());

const isRoot = process.getuid?.() === 0;

/** `server` takes packets of `friend` alone; patient enough for something to happen meanwhile. */
const guarded = (namespace: string): Written => ({
  namespaces: { [namespace]: { create: true } },
  workloads: {
    server: { namespace, labels: { app: 'server' }, listen: ['tcp/8080', 'udp/5353'] },
    other: { namespace, labels: { app: 'other' }, listen: ['tcp/9090'] },
    friend: { namespace, labels: { app: 'friend' } },
    stranger: { namespace },
  },
  policies: [
    {
      name: 'server',
      namespace,
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
      },
    },
  ],
  expect: { default: 'deny', rules: [{ 'friend -> server': 'all' }, { '* -> other': 'all' }] },
  attempt: { timeout: '1500ms' },
});

const DENIED = ['stranger', 'other', 'server'].flatMap((source) => [
  `${source} -> server:tcp/8080`,
  `${source} -> server:udp/5353`,
]);

type Loss = readonly ['killed' | 'deleted', (victim: V1Pod) => Promise<void>];
const LOSSES: readonly Loss[] = [
  ['killed', (victim) => lab.kill(victim)],
  ['deleted', (victim) => lab.remove(victim)],
];

describe('a listener that is lost while it is probed', () => {
  test.each(['early', 'late'] as const)(
    '%s, killed or deleted: nothing that it should have been kept from is proven',
    (when) => Promise.all(LOSSES.map(([how, lose]) => proveLess(`${how}-${when}`, when, lose))),
    RUN_MS,
  );

  async function proveLess(namespace: string, when: 'early' | 'late', lose: Loss[1]): Promise<void> {
    const run = await lab.start(guarded(namespace));
    const [, id = ''] = await run.seen(/^run (\w+)$/m);
    await run.seen(/^probe \.\.\./m);
    const victim = await lab.launched('server', 'listener', id);
    if (when === 'late') await lab.launched('stranger', 'prober', id);
    await lose(victim);
    const proved = proofOf(await run.ended);
    const seen = table(proved);
    for (const cell of DENIED) expect([cell, seen[cell]]).toEqual([cell, 'probe-lost']);
    // Others are none of its business.
    expect(seen).toMatchObject({
      'friend -> other:tcp/9090': 'reached',
      'stranger -> other:tcp/9090': 'reached',
    });
    expect(proved.code).toBe(4);
  }
});

test(
  'a prober that is lost while it asks, killed or deleted: its probes are lost, and only they',
  () => Promise.all(LOSSES.map(([how, lose]) => loseProbes(`prober-${how}`, lose))),
  RUN_MS,
);

async function loseProbes(namespace: string, lose: Loss[1]): Promise<void> {
  const proved = await unlessStarved(async () => {
    const run = await lab.start(guarded(namespace));
    const [, id = ''] = await run.seen(/^run (\w+)$/m);
    await run.seen(/^probe \.\.\./m);
    await lose(await lab.launched('stranger', 'prober', id));
    return run.ended;
  });
  expect(table(proved)).toMatchObject({
    'stranger -> server:tcp/8080': 'probe-lost',
    'stranger -> server:udp/5353': 'probe-lost',
    'stranger -> other:tcp/9090': 'probe-lost',
    'other -> server:tcp/8080': 'dropped',
    'friend -> server:tcp/8080': 'reached',
    'friend -> other:tcp/9090': 'reached',
  });
  expect(proved.code).toBe(4);
}

test(
  'a listener that gets no CPU while it is probed: what it may have missed is asked again, and then proven',
  async () => {
    const proved = await unlessStarved(async () => {
      const run = await lab.start(guarded('frozen'));
      const [, id = ''] = await run.seen(/^run (\w+)$/m);
      const server = await lab.launched('server', 'listener', id);
      await lab.spoke(await lab.launched('stranger', 'prober', id));
      await lab.freeze(server, 1500);
      return run.ended;
    });
    expect(proved.stderr).toMatch(
      /^note: \d+ probes are asked again, more slowly: a pod at one end had no CPU$/m,
    );
    const { record } = proved.result;
    const again = record.probes.filter(({ earlier }) => earlier !== undefined);
    expect(again.map(({ source }) => source)).toContain('stranger');
    expect(again.every(({ destination }) => destination === 'server')).toBe(true);
    expect(record.probes).toHaveLength(
      new Set(record.probes.map((each) => `${each.source} ${each.endpoint}`)).size,
    );
    for (const cell of DENIED) expect([cell, table(proved)[cell]]).toEqual([cell, 'dropped']);
    expect(proved.code).toBe(0);
  },
  RUN_MS,
);

test(
  'controls that find no room: told so, and what only they could have shown is inconclusive',
  async () => {
    await lab.namespace('full');
    await lab.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'full' },
      spec: { hard: { pods: '0' } },
    });
    const { workloads, ...rest } = guarded('uncontrolled');
    const apart: Written = {
      ...rest,
      workloads: {
        server: { ...workloads['server'], node: 'worker-1' },
        friend: { ...workloads['friend'], node: 'worker-1' },
        stranger: { ...workloads['stranger'], node: 'worker-2' },
      },
      expect: { default: 'deny', rules: [{ 'friend -> server': 'all' }] },
    };
    const proved = await lab.prove(apart, ['--control-namespace', 'full', '--skip-preflight']);
    expect(proved.stderr).toMatch(/^note: a control is missing on node worker-1, .*exceeded quota/m);
    expect(table(proved)).toMatchObject({
      'friend -> server:tcp/8080': 'reached',
      'server -> server:tcp/8080': 'dropped',
      'stranger -> server:tcp/8080': 'path-dead',
    });
    expect(proved.code).toBe(4);
  },
  RUN_MS,
);

describe('a policy that means something else than intended', () => {
  const wrong = (namespace: string, spec: object): Written => {
    const { policies: [policy] = [], ...rest } = guarded(namespace);
    return {
      ...rest,
      policies: [{ name: policy?.name ?? '', namespace, spec: { ...policy?.spec, ...spec } }],
    };
  };
  const RIGHT = {
    ...Object.fromEntries(DENIED.map((cell) => [cell, 'dropped'])),
    'friend -> server:tcp/8080': 'reached',
    'friend -> server:udp/5353': 'reached',
    ...Object.fromEntries(
      ['server', 'other', 'friend', 'stranger'].map((source) => [`${source} -> other:tcp/9090`, 'reached']),
    ),
  };
  const FRIEND = { podSelector: { matchLabels: { app: 'friend' } } };

  const CASES: readonly (readonly [string, object, Readonly<Record<string, string>>])[] = [
    [
      'allows-too-much',
      {
        ingress: [
          { from: [FRIEND] },
          { from: [{ podSelector: { matchLabels: { app: 'other' } } }], ports: [{ port: 8080 }] },
        ],
      },
      { 'other -> server:tcp/8080': 'leak' },
    ],
    [
      'blocks-too-much',
      { ingress: [{ from: [FRIEND], ports: [{ protocol: 'UDP', port: 5353 }] }] },
      { 'friend -> server:tcp/8080': 'blocked' },
    ],
    [
      'does-both',
      { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'other' } } }] }] },
      {
        'other -> server:tcp/8080': 'leak',
        'other -> server:udp/5353': 'leak',
        'friend -> server:tcp/8080': 'blocked',
        'friend -> server:udp/5353': 'blocked',
      },
    ],
  ];

  test(
    'allowing too much, blocking too much, or both: exactly those pairs fail',
    () =>
      Promise.all(
        CASES.map(async ([name, spec, found]) => {
          const proved = await lab.prove(wrong(name, spec));
          expect([name, table(proved)]).toEqual([name, { ...RIGHT, ...found }]);
          expect(proved.code).toBe(1);
        }),
      ),
    RUN_MS,
  );
});

describe('packets that pass in one direction only', () => {
  (isRoot ? test : test.skip)(
    'a UDP answer that is lost: a deny leaked all the same, and an allow got no answer',
    async () => {
      const { policies: _policies, ...open } = guarded('one-way');
      const proved = await unlessStarved(async () => {
        const run = await lab.start(open, ['--skip-preflight']);
        await run.seen(/^probe \.\.\./m);
        const listener = await lab.launched('server', 'listener');
        const rules =
          'add table inet hole; add chain inet hole out { type filter hook output priority 0; }; add rule inet hole out udp sport 5353 drop';
        await lab.inNetworkOf(listener, ['nft', rules]);
        return run.ended;
      });
      expect(table(proved)).toMatchObject({
        'stranger -> server:tcp/8080': 'leak',
        'stranger -> server:udp/5353': 'leak-one-way',
        'friend -> server:udp/5353': 'reply-lost',
        'friend -> server:tcp/8080': 'reached',
      });
      expect(proved.code).toBe(1);
    },
    RUN_MS,
  );
});

(isRoot ? describe : describe.skip)('a pod that runs, though no packet passes its link', () => {
  const mute = (pod: V1Pod): Promise<void> =>
    lab.inNetworkOf(pod, [
      'nft',
      'add table inet mute; add chain inet mute in { type filter hook input priority 0; }; add rule inet mute in iif != lo drop',
    ]);

  test(
    'as a listener: nothing that it did not get was kept from it',
    async () => {
      const proved = await unlessStarved(async () => {
        const run = await lab.start(guarded('mute-listener'), ['--skip-preflight']);
        const [, id = ''] = await run.seen(/^run (\w+)$/m);
        await mute(await lab.launched('server', 'listener', id));
        return run.ended;
      });
      const seen = table(proved);
      for (const source of ['stranger', 'other', 'friend'])
        for (const port of ['tcp/8080', 'udp/5353'])
          expect([source, port, seen[`${source} -> server:${port}`]]).toEqual([
            source,
            port,
            'listener-dead',
          ]);
      expect(seen['friend -> other:tcp/9090']).toBe('reached');
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );

  test(
    'as a prober: nothing that it could not reach was kept from it',
    async () => {
      const proved = await unlessStarved(async () => {
        const run = await lab.start(guarded('mute-prober'), ['--skip-preflight']);
        const [, id = ''] = await run.seen(/^run (\w+)$/m);
        await mute(await lab.launched('stranger', 'prober', id));
        return run.ended;
      });
      expect(table(proved)).toMatchObject({
        'stranger -> server:tcp/8080': 'source-mute',
        'stranger -> server:udp/5353': 'source-mute',
        'stranger -> other:tcp/9090': 'source-mute',
        'friend -> other:tcp/9090': 'reached',
      });
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );
});

(isRoot ? describe : describe.skip)('a network that lies', () => {
  const namespace = 'lied-to';
  const between: Written = {
    namespaces: { [namespace]: { create: true } },
    workloads: {
      server: { namespace, node: 'worker-2', listen: ['tcp/8080', 'tcp/8081'] },
      client: { namespace, node: 'worker-1' },
    },
    targets: { internet: { host: '203.0.113.10', ports: ['tcp/443'] } },
    expect: {
      default: 'allow',
      rules: [{ 'client -x server': 'tcp/8080' }],
    },
    attempt: { timeout: '500ms', stableRounds: 3 },
  };
  /** Does the work while worker-1 has these rules of nftables. */
  const whileRuled = async <T>(rules: readonly string[], work: () => Promise<T>): Promise<T> => {
    const nft = async (script: string): Promise<unknown> =>
      promisify(execFile)(...(await lab.inNode('worker-1', ['nft', script])));
    await nft(['add table ip lie', ...rules].join('; '));
    try {
      return await work();
    } finally {
      await nft('delete table ip lie');
    }
  };
  const FORWARD = 'add chain ip lie pass { type filter hook forward priority -300; }';

  test(
    'where nothing passes between two nodes, silence proves nothing',
    async () => {
      const drop = 'add rule ip lie pass ip daddr 10.244.2.0/24 drop';
      const proved = await unlessStarved(async () => {
        const run = await lab.start(between, ['--skip-preflight']);
        await run.seen(/^probe \.\.\./m);
        return whileRuled([FORWARD, drop], () => run.ended);
      });
      expect(table(proved)).toEqual({
        'client -> server:tcp/8080': 'path-dead',
        'client -> server:tcp/8081': 'path-dead',
        'server -> server:tcp/8080': 'reached',
        'server -> server:tcp/8081': 'reached',
        'client -> internet:tcp/443': 'reached',
        'server -> internet:tcp/443': 'reached',
      });
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );

  test(
    'before a run: what enforcement could not be shown is tried once more',
    async () => {
      const drop = 'add rule ip lie pass ip daddr 10.244.2.0/24 drop';
      const run = await whileRuled([FORWARD, drop], async () => {
        const started = await lab.start(guarded('tried-twice'));
        await started.seen(/ingress could not be shown, so once more: /);
        return started;
      });
      const proved = proofOf(await run.ended);
      expect(proved.result.record.capabilities).toMatchObject({ ingress: 'proven', egress: 'proven' });
      expect(table(proved)['stranger -> server:tcp/8080']).toBe('dropped');
      expect(proved.code).toBe(0);
    },
    RUN_MS,
  );

  test(
    'where one port is refused in another way than this cluster denies, it may as well be closed',
    async () => {
      const reset = 'add rule ip lie pass ip daddr 10.244.2.0/24 tcp dport 8080 reject with tcp reset';
      const proved = await unlessStarved(async () => {
        const run = await lab.start(between);
        await run.seen(/^probe \.\.\./m);
        return whileRuled([FORWARD, reset], () => run.ended);
      });
      expect(proved.result.record.capabilities.denySignature.tcp).toEqual(['timed-out']);
      expect(table(proved)).toMatchObject({
        'client -> server:tcp/8080': 'closed-port',
        'client -> server:tcp/8081': 'reached',
      });
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );

  test(
    'where something on the way accepts every connection, connecting proves nothing',
    async () => {
      const accept = `require('net').createServer((s) => s.on('error', () => {})).listen(15001, () => console.log('up'))`;
      const proxy = spawn(...(await lab.inNode('worker-1', [process.execPath, '-e', accept])));
      try {
        await once(proxy.stdout, 'data');
        const turn = [
          'add chain ip lie turn { type nat hook prerouting priority -150; }',
          'add rule ip lie turn tcp dport { 9, 443, 8080, 8081 } dnat to 172.30.0.11:15001',
        ];
        const run = await lab.start(between, ['--skip-preflight']);
        const proved = proofOf(await whileRuled(turn, () => run.ended));
        expect(table(proved)).toMatchObject({
          'client -> server:tcp/8080': 'intercepted',
          'client -> server:tcp/8081': 'intercepted',
          'client -> internet:tcp/443': 'intercepted',
          'server -> server:tcp/8081': 'reached',
        });
        expect(proved.code).toBe(4);
      } finally {
        proxy.kill('SIGKILL');
      }
    },
    RUN_MS,
  );
});

describe('targets that are not there', () => {
  const asking = (targets: Written['targets'], rules: readonly object[]): Written => ({
    namespaces: { askers: { create: true } },
    workloads: {
      asker: { namespace: 'askers', labels: { app: 'asker' } },
      captive: { namespace: 'askers', labels: { app: 'captive' } },
    },
    targets: targets ?? {},
    policies: [
      {
        name: 'captive',
        namespace: 'askers',
        spec: { podSelector: { matchLabels: { app: 'captive' } }, policyTypes: ['Egress'], egress: [] },
      },
    ],
    expect: { default: 'deny', rules },
    attempt: { timeout: '500ms' },
  });

  beforeAll(async () => {
    await lab.namespace('shop');
    const spec = { selector: { app: 'nobody' }, ports: [{ port: 80, targetPort: 8080 }] };
    await lab.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'empty', namespace: 'shop' },
      spec,
    });
    await eventually(
      () => lab.list('discovery.k8s.io/v1', 'EndpointSlice', 'shop'),
      ({ length }) => length > 0,
    );
  });

  test(
    'a Service without endpoints, a name that does not resolve, an address where nobody is: inconclusive',
    async () => {
      const targets = {
        empty: { service: 'empty.shop', ports: ['tcp/80'] },
        nameless: { host: 'no-such-host.example.com', ports: ['tcp/443'] },
        desert: { host: '203.0.113.99', ports: ['tcp/443'] },
      };
      const proved = await lab.prove(asking(targets, [{ 'asker -> desert': 'tcp/443' }]));
      expect(table(proved)).toEqual({
        // Nobody is behind it, so nothing shows that anything was stopped.
        'asker -> empty:tcp/80': 'never-reachable',
        'captive -> empty:tcp/80': 'never-reachable',
        'asker -> nameless:tcp/443': 'unresolved',
        'captive -> nameless:tcp/443': 'unresolved',
        'asker -> desert:tcp/443': 'never-reachable',
        'captive -> desert:tcp/443': 'never-reachable',
      });
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );

  test(
    'a host that a policy keeps out while a control reaches it: dropped, and that is all that is proven',
    async () => {
      const targets = { internet: { host: '203.0.113.10', ports: ['tcp/443', 'http/80', 'udp/123'] } };
      const proved = await lab.prove(asking(targets, [{ 'asker -> internet': 'all' }]));
      expect(table(proved)).toEqual({
        'asker -> internet:tcp/443': 'reached',
        'asker -> internet:http/80': 'reached',
        'asker -> internet:udp/123': 'reached',
        'captive -> internet:tcp/443': 'dropped',
        'captive -> internet:http/80': 'dropped',
        'captive -> internet:udp/123': 'dropped',
      });
      expect(proved.code).toBe(0);
      const { controls } = proved.result.verdicts.find(({ cause }) => cause === 'dropped') ?? {};
      expect(controls?.listener).toBe('control');
    },
    RUN_MS,
  );

  test.each([
    [
      'a Service that does not exist',
      { gone: { service: 'gone.shop', ports: ['tcp/80'] } },
      'there is no Service gone in namespace shop',
    ],
    [
      'a Service without endpoints, asked for its endpoints',
      { gone: { service: 'empty.shop', via: 'endpoints', ports: ['tcp/80'] } },
      'Service empty has no ready endpoints',
    ],
    [
      'a port that a Service does not have',
      { gone: { service: 'empty.shop', ports: ['tcp/81'] } },
      'Service empty has no port 81; it has 80',
    ],
    [
      'pods that do not exist',
      { gone: { pods: { namespace: 'shop', selector: { app: 'nobody' } }, ports: ['tcp/80'] } },
      'no ready pod in namespace shop matches app=nobody',
    ],
  ])(
    '%s: exit code 2, with its place in the file',
    async (_what, targets, why) => {
      const before = await lab.everything();
      const { code, stderr } = await lab.refuse(asking(targets, []));
      expect(code).toBe(2);
      expect(stderr).toMatch(/scenario\.yaml:\d+:\d+: /);
      expect(stderr).toContain(`target gone: ${why}`);
      await lab.unchanged(before);
    },
    RUN_MS,
  );
});
