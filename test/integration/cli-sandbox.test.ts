/** The program on the embedded cluster, as a process: results, exit codes, interruption. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { netproof, type Running, start } from '../support/netproof.ts';

const THREE_TIER = 'scenarios/three-tier/scenario.yaml';
const MINUTE = 60_000;

describe('a sandbox of its own', () => {
  test(
    'proves the three-tier scenario: data alone on stdout, exit code 0',
    async () => {
      const { code, stdout, stderr } = await netproof(['run', THREE_TIER, '--sandbox', '-o', 'json']);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(result).toMatchObject({
        apiVersion: 'netproof/v1',
        summary: { total: 20, pass: 20, fail: 0, inconclusive: 0, exitCode: 0 },
        record: { cluster: { sandbox: true } },
      });
      expect(stderr).toMatch(/not your cluster/);
      expect(stderr).toMatch(/^note: removed /m);
    },
    MINUTE,
  );

  test(
    'that ends by itself ends the run at once, with exit code 5: there is nothing left to clean up',
    async () => {
      const run = start(['run', THREE_TIER, '--sandbox']);
      await run.seen(/^probe \.\.\./m);
      const children = await readFile(`/proc/${run.process.pid}/task/${run.process.pid}/children`, 'utf8');
      process.kill(Number(children.trim()), 'SIGKILL');
      const { code, stdout, stderr } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/^netproof: the sandbox's daemon failed: it ended$/m);
      expect(stderr).not.toMatch(/could not remove/);
    },
    MINUTE,
  );

  test(
    'a network that enforces nothing is refused with exit code 3',
    async () => {
      const { code, stdout, stderr } = await netproof([
        'run',
        THREE_TIER,
        '--sandbox',
        '--sandbox-cni',
        'none',
      ]);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(/^netproof: this cluster does not enforce what the scenario relies on/m);
    },
    MINUTE,
  );

  test(
    'unless it is told to go on: then every deny is a leak',
    async () => {
      const args = ['run', THREE_TIER, '--sandbox', '--sandbox-cni', 'none', '--skip-preflight'];
      const { code, stdout } = await netproof(args, { COLUMNS: '120' });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^visitor +│ ✓ +L +│ L/m);
      expect(stdout).toMatch(/^FAILED {2}20 probes: 3 pass, 17 fail, 0 inconclusive/m);
    },
    MINUTE,
  );
});

describe('interruption, on a sandbox that stays', () => {
  let sandbox: Running | undefined;
  let env: { KUBECONFIG: string } = { KUBECONFIG: '' };
  beforeAll(async () => {
    sandbox = start(['sandbox']);
    const [, file = ''] = await sandbox.seen(/export KUBECONFIG=(\S+)/);
    await sandbox.seen(/Ctrl-C ends it/);
    env = { KUBECONFIG: file };
  }, MINUTE);
  afterAll(async () => {
    sandbox?.process.kill('SIGINT');
    expect(await sandbox?.ended).toMatchObject({ code: 0 });
  });

  const leftovers = (): ReturnType<typeof netproof> => netproof(['cleanup', '--dry-run'], env);

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s cleans up, says what was removed, and ends with exit code 5',
    async (signal) => {
      const run = start(['run', THREE_TIER], env);
      await run.seen(/^deploy \.\.\./m);
      run.process.kill(signal);
      const { code, stdout, stderr } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/stopping and cleaning up; again to stop at once/);
      expect(stderr).toMatch(/^note: removed /m);
      expect(await leftovers()).toMatchObject({ code: 0, stdout: 'found 0 objects\n' });
    },
    MINUTE,
  );

  test(
    'the second signal ends it at once with the clean-up command, which then removes everything',
    async () => {
      const run = start(['run', THREE_TIER], env);
      const [, id = ''] = await run.seen(/^run (\w+)$/m);
      await run.seen(/^deploy \.\.\./m);
      run.process.kill('SIGINT');
      await run.seen(/again to stop at once/);
      run.process.kill('SIGINT');
      const { code, stderr } = await run.ended;
      expect(code).toBe(130);
      expect(stderr).toContain(`netproof cleanup --run-id ${id}\n`);
      expect((await leftovers()).stdout).toMatch(/^would remove Namespace /m);
      const cleaned = await netproof(['cleanup', '--run-id', id], env);
      expect(cleaned).toMatchObject({ code: 0, stdout: expect.stringMatching(/^removed \d+ objects$/m) });
      expect(await leftovers()).toMatchObject({ stdout: 'found 0 objects\n' });
    },
    MINUTE,
  );

  test(
    'after SIGKILL, cleanup finds and removes everything',
    async () => {
      const run = start(['run', THREE_TIER], env);
      await run.seen(/^probe \.\.\./m);
      run.process.kill('SIGKILL');
      await run.ended;
      expect((await netproof(['cleanup', '--older-than', '10m'], env)).stdout).toMatch(
        /too young\nremoved 0 objects\n$/,
      );
      expect(await netproof(['cleanup'], env)).toMatchObject({ code: 0 });
      expect(await leftovers()).toMatchObject({ stdout: 'found 0 objects\n' });
    },
    MINUTE,
  );

  test(
    '--timeout gives up and cleans up',
    async () => {
      const { code, stderr } = await netproof(['run', THREE_TIER, '--timeout', '1s'], env);
      expect(code).toBe(5);
      expect(stderr).toMatch(/^netproof: the run was not done within --timeout 1 s$/m);
      expect(await leftovers()).toMatchObject({ stdout: 'found 0 objects\n' });
    },
    MINUTE,
  );
});

test(
  'the demo shows a proven table, a broken one, and succeeds',
  async () => {
    const { code, stdout } = await netproof(['demo']);
    expect(stdout).toMatch(/^PROVEN {2}20 probes: 20 pass/m);
    expect(stdout).toMatch(/^FAILED {2}20 probes: 3 pass, 17 fail/m);
    expect(code).toBe(0);
  },
  2 * MINUTE,
);
