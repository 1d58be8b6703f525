/** Clusters that enforce less than they should, or in another way: what is refused, what is found, what it is called. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Lab, proofOf, RUN_MS, table, type Written } from '../../support/sandbox-run.ts';

const isRoot = process.getuid?.() === 0;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());
beforeEach(() => lab.sandbox.setCni('healthy'));

/** `server` takes packets of `friend` alone. */
const INGRESS: Written = {
  namespaces: { guarded: { create: true } },
  workloads: {
    server: { namespace: 'guarded', labels: { app: 'server' }, listen: ['tcp/8080', 'udp/5353'] },
    friend: { namespace: 'guarded', labels: { app: 'friend' } },
    stranger: { namespace: 'guarded' },
  },
  policies: [
    {
      name: 'server',
      namespace: 'guarded',
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
      },
    },
  ],
  expect: { default: 'deny', rules: [{ 'friend -> server': 'all' }] },
};

/** `captive` reaches nobody. */
const EGRESS: Written = {
  namespaces: { guarded: { create: true } },
  workloads: {
    server: { namespace: 'guarded', labels: { app: 'server' }, listen: ['tcp/8080', 'udp/5353'] },
    captive: { namespace: 'guarded', labels: { app: 'captive' } },
  },
  policies: [
    {
      name: 'captive',
      namespace: 'guarded',
      spec: { podSelector: { matchLabels: { app: 'captive' } }, policyTypes: ['Egress'], egress: [] },
    },
  ],
  expect: { default: 'deny', rules: [{ 'server -> server': 'all' }] },
};

const DENIED_INGRESS = [
  'server -> server:tcp/8080',
  'server -> server:udp/5353',
  'stranger -> server:tcp/8080',
  'stranger -> server:udp/5353',
];
const ALLOWED_INGRESS = ['friend -> server:tcp/8080', 'friend -> server:udp/5353'];
const DENIED_EGRESS = ['captive -> server:tcp/8080', 'captive -> server:udp/5353'];
const ALLOWED_EGRESS = ['server -> server:tcp/8080', 'server -> server:udp/5353'];

const cells = (denied: readonly string[], cause: string, allowed: readonly string[]) =>
  Object.fromEntries([...denied.map((cell) => [cell, cause]), ...allowed.map((cell) => [cell, 'reached'])]);

/** Several runs at a time, each in a namespace of its own: giving a deny up takes a quarter of a minute of waiting. */
const inNamespace = (scenario: Written, namespace: string): Written =>
  JSON.parse(JSON.stringify(scenario).replaceAll('guarded', namespace)) as Written;

const INGRESS_LEAKS = cells(DENIED_INGRESS, 'leak', ALLOWED_INGRESS);
const EGRESS_LEAKS = cells(DENIED_EGRESS, 'leak', ALLOWED_EGRESS);
const UNTESTED = ['--skip-preflight'];

async function isRefused(lab: Lab, scenario: Written, namespace: string, why: string): Promise<void> {
  const { code, stderr } = await lab.refuse(inNamespace(scenario, namespace));
  const message = `netproof: this cluster does not enforce what the scenario relies on: ${why}`;
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(message) });
}

async function leaksWithoutPreflight(
  lab: Lab,
  scenario: Written,
  namespace: string,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  const proved = await lab.prove(inNamespace(scenario, namespace), UNTESTED);
  expect(table(proved)).toEqual(expected);
  expect(proved.code).toBe(1);
  expect(proved.result.record.capabilities).toMatchObject({ tested: false, ingress: 'unknown' });
}

async function isProven(
  lab: Lab,
  scenario: Written,
  expected: Readonly<Record<string, string>>,
  capabilities: object,
): Promise<void> {
  const proved = await lab.prove(scenario);
  expect(table(proved)).toEqual(expected);
  expect(proved.code).toBe(0);
  expect(proved.result.record.capabilities).toMatchObject(capabilities);
}

async function within(cni: string, works: readonly ((lab: Lab) => Promise<void>)[]): Promise<void> {
  const own = await Lab.open({ cni });
  try {
    const before = await own.everything();
    await Promise.all(works.map((work) => work(own)));
    await own.unchanged(before);
  } finally {
    await own.close();
  }
}

test(
  'a cluster that enforces less than a scenario needs is refused; unless it is not tested: then its leaks are found',
  () =>
    Promise.all([
      within('none', [
        (own) => isRefused(own, INGRESS, 'one', 'ingress policies are ignored'),
        (own) => isRefused(own, EGRESS, 'two', 'egress policies are ignored'),
        (own) => leaksWithoutPreflight(own, INGRESS, 'three', INGRESS_LEAKS),
        (own) => leaksWithoutPreflight(own, EGRESS, 'four', EGRESS_LEAKS),
      ]),
      within('egress-only', [
        (own) => isRefused(own, INGRESS, 'one', 'ingress policies are ignored'),
        (own) => leaksWithoutPreflight(own, INGRESS, 'two', INGRESS_LEAKS),
        (own) =>
          isProven(own, EGRESS, cells(DENIED_EGRESS, 'dropped', ALLOWED_EGRESS), {
            ingress: 'absent',
            egress: 'proven',
          }),
      ]),
      within('ingress-only', [
        (own) => isRefused(own, EGRESS, 'one', 'egress policies are ignored'),
        (own) => leaksWithoutPreflight(own, EGRESS, 'two', EGRESS_LEAKS),
        (own) =>
          isProven(own, INGRESS, cells(DENIED_INGRESS, 'dropped', ALLOWED_INGRESS), {
            ingress: 'proven',
            egress: 'absent',
          }),
      ]),
    ]),
  2 * RUN_MS,
);

test(
  'a node whose agent is dead is named, wherever the pods would have been put',
  () =>
    Promise.all(
      ['worker-1', 'worker-2'].map((node) =>
        within(`agent-dead=${node}`, [
          (own) =>
            isRefused(own, INGRESS, 'one', `${node}: policies are not enforced there, though elsewhere`),
        ]),
      ),
    ),
  RUN_MS,
);

/** The same policies, but in force before the run, in a namespace that stays. */
async function onStanding(
  lab: Lab,
  { policies = [], ...rest }: Written,
  work: (scenario: Written, namespace: string) => Promise<void>,
): Promise<void> {
  const namespace = `standing-${Object.keys(rest.workloads).at(-1)}`;
  await lab.namespace(namespace);
  for (const { name, spec } of policies)
    await lab.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace },
      spec,
    });
  await work({ ...inNamespace(rest, namespace), namespaces: { [namespace]: {} } }, namespace);
  await lab.core.deleteNamespace({ name: namespace });
}

test(
  'a scenario that brings no policies relies on those in force, and on no more than they use',
  () =>
    within('ingress-only', [
      (own) =>
        onStanding(own, EGRESS, (scenario, namespace) =>
          isRefused(own, scenario, namespace, 'egress policies are ignored'),
        ),
      (own) =>
        onStanding(own, INGRESS, (scenario) =>
          isProven(own, scenario, cells(DENIED_INGRESS, 'dropped', ALLOWED_INGRESS), {
            ingress: 'proven',
            egress: 'absent',
          }),
        ),
    ]),
  RUN_MS,
);

describe('enforcement in force, in another way', () => {
  test(
    'a reject is told from a drop, and from a closed port',
    async () => {
      await lab.sandbox.setCni('reject');
      const proved = await lab.prove(INGRESS);
      expect(table(proved)).toEqual(cells(DENIED_INGRESS, 'rejected', ALLOWED_INGRESS));
      expect(proved.code).toBe(0);
      expect(proved.result.record.capabilities.denySignature).toEqual({ tcp: ['refused'], udp: ['refused'] });
    },
    RUN_MS,
  );

  (isRoot ? test : test.skip)(
    'refusals of which the kernel sends only some, as real nodes limit ICMP, are no unrest',
    async () => {
      await lab.sandbox.setCni('reject');
      const ports = Array.from({ length: 16 }, (_, i) => `udp/${9000 + i}`);
      const limit = async (mask: number): Promise<void> => {
        for (const node of ['worker-1', 'worker-2'])
          await promisify(execFile)(
            ...(await lab.inNode(node, ['sysctl', '-w', `net.ipv4.icmp_ratemask=${mask}`])),
          );
      };
      // Linux' default: destination unreachable is among what is limited.
      await limit(6168);
      const server = { ...INGRESS.workloads['server'], listen: ports };
      const proved = await lab.prove({ ...INGRESS, workloads: { ...INGRESS.workloads, server } });
      await limit(0);
      const denied = Object.entries(table(proved)).filter(([cell]) => cell.startsWith('stranger'));
      expect(denied.length).toBe(16);
      expect(new Set(denied.map(([, cause]) => cause))).toEqual(new Set(['rejected', 'dropped']));
      expect(proved.code).toBe(0);
      expect(proved.result.record.probers.every(({ settled, rounds }) => settled && rounds <= 10)).toBe(true);
    },
    RUN_MS,
  );

  test(
    'slow programming is waited for, and told',
    async () => {
      await lab.sandbox.setCni('slow=3000');
      const proved = await lab.prove(INGRESS);
      expect(table(proved)).toEqual(cells(DENIED_INGRESS, 'dropped', ALLOWED_INGRESS));
      expect(proved.code).toBe(0);
      expect(proved.result.record.capabilities.latencyMs).toBeGreaterThan(1000);
      expect(proved.result.summary.settledMs).toBeGreaterThan(1000);
      expect(proved.result.summary.settledMs).toBeLessThan(30_000);
    },
    RUN_MS,
  );

  test(
    'enforcement that breaks down after the preflight is seen',
    async () => {
      const run = await lab.start(INGRESS);
      await run.seen(/^preflight done/m);
      await lab.sandbox.setCni('none');
      const proved = proofOf(await run.ended);
      expect(table(proved)).toEqual(INGRESS_LEAKS);
      expect(proved.code).toBe(1);
      expect(proved.result.record.capabilities.ingress).toBe('proven');
    },
    RUN_MS,
  );

  test(
    'enforcement that breaks down while it is probed is seen too, though the first rounds were denied',
    async () => {
      const run = await lab.start({ ...INGRESS, attempt: { timeout: '2s', stableRounds: 4 } });
      await run.seen(/^probe \.\.\./m);
      await lab.launched('stranger', 'prober');
      await lab.sandbox.setCni('none');
      const proved = proofOf(await run.ended);
      expect(table(proved)).toEqual(INGRESS_LEAKS);
      expect(proved.code).toBe(1);
    },
    RUN_MS,
  );
});
