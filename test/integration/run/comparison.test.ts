/** Intent, policies and packets beside each other, each of them wrong once; and one probed in place of others. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { netproof } from '../../support/netproof.ts';
import { Lab, type Proved, proofOf, RUN_MS, table, type Written } from '../../support/sandbox-run.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());

/** `source -> endpoint` to the kind of its diagnosis. */
function diagnoses({ result }: Proved): Readonly<Record<string, string>> {
  return Object.fromEntries(
    result.verdicts.flatMap(({ probe, diagnosis }) => {
      const { source, endpoint } = result.record.probes[probe] ?? { source: '?', endpoint: '?' };
      return diagnosis === undefined ? [] : [[`${source} -> ${endpoint}`, diagnosis.kind]];
    }),
  );
}

/** Nobody but `friend` is meant to reach `server`, and all of the namespace may by its policy. */
const TOO_WIDE: Written = {
  namespaces: { wide: { create: true } },
  workloads: {
    server: { namespace: 'wide', labels: { app: 'server' }, listen: ['tcp/8080'] },
    friend: { namespace: 'wide', labels: { app: 'friend' } },
    'stranger-1': { namespace: 'wide', labels: { copy: '1' } },
    'stranger-2': { namespace: 'wide', labels: { copy: '2' } },
  },
  policies: [
    {
      name: 'server',
      namespace: 'wide',
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }] }],
      },
    },
  ],
  expect: { default: 'deny', rules: [{ 'friend -> server': 'all' }, { 'server -> server': 'all' }] },
};

const LEAKS = {
  'server -> server:tcp/8080': 'reached',
  'friend -> server:tcp/8080': 'reached',
  'stranger-1 -> server:tcp/8080': 'leak',
  'stranger-2 -> server:tcp/8080': 'leak',
};

test(
  'a policy that is wider than the intent: the rule that decides, and one stranger for both',
  async () => {
    const proved = await lab.prove(TOO_WIDE);
    expect(table(proved)).toEqual(LEAKS);
    expect(diagnoses(proved)).toEqual({ 'stranger-1 -> server:tcp/8080': 'policy-or-intent' });
    expect(proved.code).toBe(1);
    const { summary, record, verdicts, coverage } = proved.result;
    expect(summary).toMatchObject({ total: 4, probed: 3, pass: 2, fail: 2 });
    expect(record.classes).toEqual([{ representative: 'stranger-1', members: ['stranger-2'] }]);
    expect(record.pods.some(({ workload }) => workload === 'stranger-2')).toBe(false);
    const why = verdicts.find(({ verdict }) => verdict === 'fail')?.diagnosis?.because;
    expect(why).toMatch(/NetworkPolicy wide\/server ingress\[0\] \(.*policies\.yaml:\d+\) allows it/);
    expect(why).toMatch(/scenario\.yaml:\d+:\d+, which expects deny/);
    // Nobody outside the namespace has tried, so that the isolation itself is not shown.
    expect(coverage).toEqual({
      units: 2,
      unproven: [{ id: 'NetworkPolicy wide/server ingress default deny', probes: 0, masked: 0 }],
    });
  },
  RUN_MS,
);

test(
  '--exhaustive probes both strangers',
  async () => {
    const proved = await lab.prove(TOO_WIDE, ['--exhaustive']);
    expect(table(proved)).toEqual(LEAKS);
    expect(proved.result.verdicts).toHaveLength(4);
    expect(proved.result.record).not.toHaveProperty('classes');
  },
  RUN_MS,
);

/** Outside the embedded cluster. */
const OPEN = '203.0.113.10';
const SHUT = '203.0.113.20';

/** `near` may reach the outside, but for one address of it. */
const LOCKED: Written = {
  namespaces: { locked: { create: true } },
  workloads: { near: { namespace: 'locked', labels: { app: 'near' } } },
  targets: {
    open: { host: OPEN, ports: ['tcp/443'] },
    shut: { host: SHUT, ports: ['tcp/443'] },
  },
  policies: [
    {
      name: 'near',
      namespace: 'locked',
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24', except: [`${SHUT}/32`] } }] }],
      },
    },
  ],
  expect: { default: 'deny', rules: [{ 'near -> open': 'all' }] },
};

/** `friend` may reach `server` by the name of a port, against the intent. */
const NAMED: Written = {
  namespaces: { named: { create: true } },
  workloads: {
    server: {
      namespace: 'named',
      labels: { app: 'server' },
      listen: ['tcp/8080'],
      portNames: { web: 'tcp/8080' },
    },
    friend: { namespace: 'named', labels: { app: 'friend' } },
  },
  policies: [
    {
      name: 'server',
      namespace: 'named',
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }], ports: [{ port: 'web' }] }],
      },
    },
  ],
  expect: { default: 'deny' },
};

describe('packets that do not what the policies say', () => {
  test(
    'a plugin that ignores exceptions: enforcement',
    async () => {
      await lab.sandbox.setCni('ignores-except');
      const proved = await lab.prove(LOCKED, ['--skip-preflight']);
      expect(table(proved)).toEqual({ 'near -> open:tcp/443': 'reached', 'near -> shut:tcp/443': 'leak' });
      expect(diagnoses(proved)).toEqual({ 'near -> shut:tcp/443': 'enforcement' });
    },
    RUN_MS,
  );

  test(
    'a plugin that resolves no port names does what was intended, by accident',
    async () => {
      await lab.sandbox.setCni('named-ports-unresolved');
      const proved = await lab.prove(NAMED, ['--skip-preflight']);
      expect(table(proved)).toEqual({
        'server -> server:tcp/8080': 'dropped',
        'friend -> server:tcp/8080': 'dropped',
      });
      expect(diagnoses(proved)).toEqual({ 'friend -> server:tcp/8080': 'right-by-accident' });
      expect(proved.code).toBe(0);
    },
    RUN_MS,
  );
});

test(
  'a policy that comes while probes run: what the policies say is not certain, and the verdicts are the same',
  async () => {
    await lab.sandbox.setCni('healthy');
    await lab.namespace('standing');
    const run = await lab.start({
      namespaces: { standing: {} },
      workloads: { one: { namespace: 'standing', labels: { app: 'one' }, listen: ['tcp/8080'] } },
      expect: { default: 'allow' },
      attempt: { timeout: '2s', stableRounds: 4 },
    });
    await run.seen(/^probe \.\.\./m);
    await lab.launched('one', 'prober');
    await lab.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'late', namespace: 'standing' },
      spec: { podSelector: { matchLabels: { app: 'nobody' } } },
    });
    const proved = proofOf(await run.ended);
    expect(table(proved)).toEqual({ 'one -> one:tcp/8080': 'reached' });
    const why = 'NetworkPolicy standing/late was created while probes ran';
    expect(proved.result.record.probes[0]?.prediction).toMatchObject({
      verdict: 'allow',
      certain: false,
      doubts: [why],
    });
    expect(proved.result.record.notes.join()).toContain(why);
  },
  RUN_MS,
);

test(
  '--mutate-policies: a rule that nobody asks about is lost unnoticed, as packets show',
  async () => {
    const scenario = await lab.write({
      ...TOO_WIDE,
      policies: [
        {
          name: 'server',
          namespace: 'wide',
          spec: {
            podSelector: { matchLabels: { app: 'server' } },
            policyTypes: ['Ingress'],
            ingress: [
              { from: [{ podSelector: { matchLabels: { app: 'friend' } } }] },
              { from: [{ podSelector: { matchLabels: { app: 'server' } } }] },
              { from: [{ podSelector: { matchLabels: { app: 'forgotten' } } }] },
            ],
          },
        },
      ],
    });
    const ended = await netproof(['run', scenario, '--sandbox', '--mutate-policies', '-o', 'json']);
    expect(proofOf(ended).result.mutation?.mutants).toEqual([
      {
        id: 'NetworkPolicy wide/server ingress default deny',
        outcome: 'noticed',
        by: 'evaluator',
        expectations: 2,
      },
      { id: 'NetworkPolicy wide/server ingress[0]', outcome: 'noticed', by: 'evaluator', expectations: 1 },
      { id: 'NetworkPolicy wide/server ingress[1]', outcome: 'noticed', by: 'evaluator', expectations: 1 },
      { id: 'NetworkPolicy wide/server ingress[2]', outcome: 'unnoticed', by: 'packets', expectations: 0 },
    ]);
  },
  2 * RUN_MS,
);
