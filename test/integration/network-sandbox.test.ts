/** A whole sandbox leaves nothing behind, however it ends; `npm run build` comes before. */
import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./network-sandbox.js', import.meta.url));
const isRoot = process.getuid?.() === 0;
const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

interface Started {
  readonly kubeconfigPath: string;
  readonly server: string;
  readonly mode: number;
}

/** A parent process with a sandbox; all its descendants carry the mark in their environment. */
async function start(prefix: readonly string[]) {
  const mark = randomUUID();
  const commandLine: readonly string[] = [...prefix, process.execPath, PROGRAM];
  const [command = '', ...args] = commandLine;
  const env = { ...process.env, NETPROOF_TEST_MARK: mark };
  const parent = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
  const ended = once(parent, 'exit');
  const [started] = (await Promise.race([once(parent, 'message'), ended])) as [Started];
  return { parent, started, ended, left: () => countMarked(mark) };
}

async function countMarked(mark: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = pids.map((pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''));
  return (await Promise.all(environments)).filter((environment) => environment.includes(mark)).length;
}

/** Status of an anonymous request to the API, or the error's code. */
function anonymous(server: string): Promise<number | string> {
  return new Promise((resolve) => {
    request(`${server}/api/v1/nodes`, { rejectUnauthorized: false, agent: false }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}

describe.each([['as we are', []], ...(isRoot ? [['as an ordinary user', AS_NOBODY] as const] : [])] as const)(
  'a sandbox started %s',
  (_how, prefix) => {
    test('is there for its owner only, and closed leaves nothing', async () => {
      const { parent, started, ended, left } = await start(prefix);
      expect(started.mode).toBe(0o600);
      expect(await anonymous(started.server)).toBe(401);
      expect(await left()).toBeGreaterThan(5);
      parent.send('close');
      expect(await ended).toEqual([0, null]);
      expect(await left()).toBe(0);
      expect(existsSync(started.kubeconfigPath)).toBe(false);
      expect(await anonymous(started.server)).toBe('ECONNREFUSED');
    });

    test('goes when its parent is killed', async () => {
      const { parent, started, ended, left } = await start(prefix);
      parent.kill('SIGKILL');
      await ended;
      while ((await left()) > 0) await sleep(20);
      expect(await anonymous(started.server)).toBe('ECONNREFUSED');
      // Nobody was left to remove it.
      await rm(dirname(started.kubeconfigPath), { recursive: true });
    });
  },
);
