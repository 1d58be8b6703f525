/** Runs that are ended from outside, in each phase: cleaned up, or with word of how to; and links that break. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Running, netproof, start } from '../../support/netproof.ts';
import { Lab, proofOf, RUN_MS, table, unlessStarved, type Written } from '../../support/sandbox-run.ts';
import { type Link, openLink } from '../../support/link.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());

/** Long enough to be interrupted anywhere. */
const scenario = (namespace: string): Written => ({
  namespaces: { [namespace]: { create: true } },
  workloads: {
    server: { namespace, labels: { app: 'server' }, listen: ['tcp/8080'] },
    client: { namespace },
  },
  policies: [
    { name: 'server', namespace, spec: { podSelector: { matchLabels: { app: 'server' } }, ingress: [] } },
  ],
  expect: { default: 'deny' },
  attempt: { timeout: '2s' },
});

const NOT_SHOWN = /^note: ingress could not be shown, so once more: the API server could not be reached/m;

const DROPPED = { 'server -> server:tcp/8080': 'dropped', 'client -> server:tcp/8080': 'dropped' };

/** Moments of a run, each with something that has just happened in the cluster. */
const MOMENTS: readonly (readonly [string, (run: Running, id: string) => Promise<unknown>])[] = [
  ['preflight, as it begins', (run) => run.seen(/^preflight \.\.\./m)],
  ['preflight, while its canary asks', (_run, id) => lab.launched('canary-stranger-0', 'prober', id)],
  ['deploy', (run) => run.seen(/^deploy \.\.\./m)],
  ['deploy, with a listener up', (_run, id) => lab.launched('server', 'listener', id)],
  ['probe, as it begins', (run) => run.seen(/^probe \.\.\./m)],
  ['probe, while probers ask', (_run, id) => lab.launched('client', 'prober', id)],
];

const leftovers = () => netproof(['cleanup', '--dry-run'], { KUBECONFIG: lab.sandbox.kubeconfigPath });

test.each(MOMENTS)(
  'SIGINT and SIGTERM in %s end a run with exit code 5, cleaned up and said so',
  async (_moment, until) => {
    const before = await lab.everything();
    await Promise.all((['SIGINT', 'SIGTERM'] as const).map((signal) => isEnded(signal, until)));
    await lab.unchanged(before);
  },
  RUN_MS,
);

async function isEnded(
  signal: 'SIGINT' | 'SIGTERM',
  until: (run: Running, id: string) => Promise<unknown>,
): Promise<void> {
  const run = await lab.start(scenario(signal.toLowerCase()));
  const [, id = ''] = await run.seen(/^run (\w+)$/m);
  await until(run, id);
  run.process.kill(signal);
  const { code, stdout, stderr } = await run.ended;
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  expect(stderr).toMatch(/^netproof: stopping and cleaning up; again to stop at once$/m);
  expect(stderr).toMatch(/^note: removed \d+ /m);
  expect(stderr).toMatch(/^netproof: interrupted before there was a result$/m);
}

test(
  'an error that nobody waits for is a bug: told with its stack, exit code 70, cleaned up',
  async () => {
    const before = await lab.everything();
    const plant = 'process.on("SIGUSR2",()=>{Promise.reject(new Error("planted"))})';
    const run = start(['run', await lab.write(scenario('strayed')), '-o', 'json'], {
      KUBECONFIG: lab.sandbox.kubeconfigPath,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(plant)}`,
    });
    const [, id = ''] = await run.seen(/^run (\w+)$/m);
    await lab.launched('client', 'prober', id);
    run.process.kill('SIGUSR2');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 70, stdout: '' });
    expect(stderr).toMatch(/^note: removed \d+ /m);
    expect(stderr).toMatch(/^netproof: this is a bug, please report it with what follows\nError: planted$/m);
    await lab.unchanged(before);
  },
  RUN_MS,
);

describe('what could not clean up is found by its label', () => {
  const cleanup = (id: string) =>
    netproof(['cleanup', '--run-id', id], { KUBECONFIG: lab.sandbox.kubeconfigPath });

  test.each([
    [
      'a second signal',
      async (run: Running) => {
        run.process.kill('SIGINT');
        await run.seen(/again to stop at once/);
        run.process.kill('SIGTERM');
      },
      130,
    ],
    ['SIGKILL', async (run: Running) => run.process.kill('SIGKILL'), null],
  ] as const)(
    '%s: of this run and of no other',
    async (how, end, exitCode) => {
      const before = await lab.everything();
      const run = await lab.start(scenario('ended'));
      const [, id = ''] = await run.seen(/^run (\w+)$/m);
      await lab.launched('client', 'prober', id);
      await end(run);
      const { code, stderr } = await run.ended;
      expect(code).toBe(exitCode);
      if (exitCode !== null)
        expect(stderr).toContain(`to remove what is left: netproof cleanup --run-id ${id}\n`);
      expect((await cleanup('somebody0else')).stdout).toBe('removed 0 objects\n');
      expect((await leftovers()).stdout).toMatch(/^would remove Namespace ended$/m);
      expect([how, await cleanup(id)]).toMatchObject([how, { code: 0 }]);
      expect((await leftovers()).stdout).toBe('found 0 objects\n');
      await lab.unchanged(before);
    },
    RUN_MS,
  );

  test(
    '--timeout gives up and cleans up, in whichever phase',
    async () => {
      const before = await lab.everything();
      const { code, stderr } = await lab.refuse(scenario('ended'), ['--timeout', '4s']);
      expect(code).toBe(5);
      expect(stderr).toMatch(/^netproof: the run was not done within --timeout 4 s$/m);
      await lab.unchanged(before);
    },
    RUN_MS,
  );
});

describe('the link to the API server', () => {
  const linked = async (work: (link: Link, kubeconfig: string) => Promise<void>): Promise<void> => {
    const link = await openLink(lab.sandbox);
    try {
      await work(link, link.kubeconfigPath);
    } finally {
      await link.close();
    }
  };

  test(
    'may break time and again, in every phase: watches and logs go on where they were',
    () =>
      linked(async (link, kubeconfig) => {
        const before = await lab.everything();
        const proved = await unlessStarved(async () => {
          const run = await lab.start(scenario('ended'), [], kubeconfig);
          const cutting = setInterval(() => link.cut(), 300);
          return run.ended.finally(() => clearInterval(cutting));
        });
        expect(table(proved)).toEqual(DROPPED);
        expect(proved.code).toBe(0);
        expect(link.cuts).toBeGreaterThan(20);
        await lab.unchanged(before);
      }),
    RUN_MS,
  );

  test(
    'may be gone for a while, but what was probed around then proves nothing',
    () =>
      linked(async (link, kubeconfig) => {
        const before = await lab.everything();
        const run = await lab.start(scenario('ended'), [], kubeconfig);
        const [, id = ''] = await run.seen(/^run (\w+)$/m);
        const { metadata } = await lab.launched('client', 'prober', id);
        link.refuse(true);
        // Whatever it was asked meanwhile was not heard: until the prober is done.
        await lab.ended(metadata?.name ?? '', metadata?.namespace ?? '');
        link.refuse(false);
        const proved = proofOf(await run.ended);
        expect(proved.code).toBe(4);
        const told = proved.result.verdicts.map(({ verdict, cause, because }) => [verdict, cause, because]);
        const why = expect.stringContaining('the API server could not be reached around then');
        expect(told).toEqual(told.map(() => ['inconclusive', 'probe-lost', why]));
        await lab.unchanged(before);
      }),
    RUN_MS,
  );

  test.each([
    ['the preflight, that is played again', 'canary-stranger-0', 'prober'],
    ['the deploy, nothing is asked', 'server', 'listener'],
  ] as const)(
    'if it is gone in %s before policies are known again',
    (_what, workload, role) =>
      linked(async (link, kubeconfig) => {
        const before = await lab.everything();
        const run = await lab.start(scenario('ended'), [], kubeconfig);
        const [, id = ''] = await run.seen(/^run (\w+)$/m);
        await lab.launched(workload, role, id);
        link.refuse(true);
        await link.refusal();
        link.refuse(false);
        if (role === 'prober') await run.seen(NOT_SHOWN);
        await run.seen(/^note: the API server was away: waiting \d+ s for whatever enforces policies/m);
        run.process.kill('SIGINT');
        expect((await run.ended).code).toBe(5);
        await lab.unchanged(before);
      }),
    RUN_MS,
  );
});
