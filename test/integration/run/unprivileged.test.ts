/** The same proof by a user without any privilege, in a user namespace of the sandbox's own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN, TOP, type Ended } from '../../support/netproof.ts';
import { RUN_MS, unlessStarved } from '../../support/sandbox-run.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** A command line, run by somebody without privileges. */
const plainly = (command: string, args: readonly string[]): [string, readonly string[]] =>
  isRoot
    ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', command, ...args]]
    : [command, args];

const refusal = spawnSync(...plainly('unshare', ['--user', '--map-root-user', 'true']), { encoding: 'utf8' });
const isPossible = refusal.status === 0;
if (!isPossible) process.stderr.write(`not tested: no user namespaces here: ${refusal.stderr}`);

/** Home and temporary files, his own. */
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'netproof-nobody-'));
  chmodSync(home, 0o777);
});
afterAll(() => rmSync(home, { recursive: true }));

function netproof(args: readonly string[]): Promise<Ended> {
  const child = spawn(...plainly(process.execPath, [BIN, ...args]), {
    cwd: TOP,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, NO_COLOR: '1' },
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk));
  }
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

(isPossible ? test : test.skip)(
  'an ordinary user proves the three-tier scenario, and has no file of it left',
  async () => {
    const proved = await unlessStarved(() =>
      netproof(['run', 'scenarios/three-tier/scenario.yaml', '--sandbox', '-o', 'json']),
    );
    const { total, pass, fail } = proved.result.summary;
    expect({ code: proved.code, total, pass, fail }).toEqual({ code: 0, total: 20, pass: 20, fail: 0 });
    expect(proved.result.record.pods[0]?.node).toMatch(/^worker-/);
    expect(readdirSync(home)).toEqual([]);
  },
  RUN_MS,
);
