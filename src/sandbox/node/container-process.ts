/**
 * A container's process: in its pod's network namespace, with mount, PID and UTS namespaces of its own, so that
 * it sees its pod's resolv.conf, hosts and host name, is PID 1 as in any container, and takes what it started
 * with it when it ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { LogFile } from './log-file.ts';

export interface ProcessSpec {
  readonly netns: string;
  readonly hostname: string;
  readonly workingDir: string;
  /** Absolute path of the program, then its arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Files and folders of the pod over those of the machine: source, target. */
  readonly mounts: readonly (readonly [string, string])[];
}

export interface ContainerProcess {
  /** Resolves with the exit code (128 + n for signal n) when the process has ended and all its output is in the log. */
  readonly exited: Promise<number>;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs a command inside the container; true if it ends with 0 within the time. */
  run(command: readonly string[], timeoutMs: number): Promise<boolean>;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs before the container's program: bind mounts (pairs up to `--`), host name, working directory. */
const SETUP = `set -e
PATH=${PATH}:$PATH
host=$1 dir=$2; shift 2
while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done; shift
echo "$host" > /proc/sys/kernel/hostname
cd "$dir"
PATH=$1; shift
exec "$@"`;

function launch(spec: ProcessSpec): ChildProcess {
  const { netns, hostname, workingDir, command, environment, mounts } = spec;
  const path = environment['PATH'] ?? PATH;
  const separate = ['--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'];
  const setup = [SETUP, 'setup', hostname, workingDir, ...mounts.flat(), '--', path, ...command];
  return spawn('nsenter', [`--net=${netns}`, 'unshare', ...separate, '/bin/sh', '-c', ...setup], {
    env: { HOSTNAME: hostname, HOME: '/root', ...environment, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
  });
}

/** The process inside: the child of `unshare`, which stays outside to wait for it. */
function innerPid(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

function send(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {
    // Already gone.
  }
}

const exitCode = (code: number | null, signal: NodeJS.Signals | null): number =>
  signal === null ? (code ?? 0) : 128 + constants.signals[signal];

function runInside(pid: number, command: readonly string[], timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const namespaces = ['--net', '--mount', '--pid', '--uts'];
    const child = spawn('nsenter', ['-t', String(pid), ...namespaces, ...command], { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', () => resolve(false));
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

/** Rejects only if the process could not be started at all. */
export async function startProcess(spec: ProcessSpec, log: LogFile): Promise<ContainerProcess> {
  const child = launch(spec);
  child.stdout?.on('data', (chunk: Buffer) => log.append('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.append('stderr', chunk));
  const exited = new Promise<number>((resolve) => {
    child.once('close', (code, signal) => {
      log.end();
      resolve(exitCode(code, signal));
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const inner = (): number | undefined => (child.pid === undefined ? undefined : innerPid(child.pid));
  return {
    exited,
    signal: (name) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const pid = inner();
      // Before the inner process exists nothing of the container runs: it never will.
      if (pid === undefined) send(child.pid, 'SIGKILL');
      else send(pid, name);
    },
    run: async (command, timeoutMs) => {
      const pid = inner();
      return pid === undefined ? false : runInside(pid, command, timeoutMs);
    },
  };
}
