/** Runs the built program as a user would; `npm run build` comes before it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/netproof.js', import.meta.url));
export const TOP = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves when the pattern is found in what was written so far to either stream; rejects if the end comes first. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
}

export type Variables = Readonly<Record<string, string>>;

/** Without the caller's kubeconfig, colours and locale, so that the surroundings decide nothing. */
export function start(args: readonly string[], env: Variables = {}): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: TOP,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', NO_COLOR: '1', ...env },
  });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, ...text }));
  });
  const seen = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text.stdout) ?? pattern.exec(text.stderr);
        if (found === null) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      look();
      void ended.then(() =>
        reject(new Error(`ended without ${String(pattern)}: ${text.stdout}${text.stderr}`)),
      );
    });
  return { process: child, ended, seen };
}

export function netproof(args: readonly string[], env?: Variables): Promise<Ended> {
  return start(args, env).ended;
}
