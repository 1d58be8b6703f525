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

/** Between two looks for the container's first process. */
const RETRY_MS = 2;

/** What a container has if its environment does not say otherwise. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Stays outside to wait: `unshare --fork` would take a killed child for a failure of its own. The first child of
 * this shell is PID 1 inside. What the shell itself says (`Killed`) is not the container's output.
 */
const OUTSIDE = 'exec 3>&2 2>/dev/null; "$@" 2>&3 3>&-; exit $?';

/**
 * Runs inside before the container's program: bind mounts (pairs up to `--`), host name, working directory. In a
 * user namespace the kernel lets nobody write the sysctl, only sethostname(2) is left.
 */
const INSIDE = `set -e
PATH=${PATH}:$PATH
host=$1 dir=$2; shift 2
mount -t proc proc /proc
while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done; shift
{ echo "$host" > /proc/sys/kernel/hostname; } 2>/dev/null || hostname "$host" 2>/dev/null || :
cd "$dir"
PATH=$1; shift
exec "$@"`;

const SHELL = ['/bin/sh', '-c'];

function launch(spec: ProcessSpec): ChildProcess {
  const { netns, hostname, workingDir, command, environment, mounts } = spec;
  const path = environment['PATH'] ?? PATH;
  const enter = [`--net=${netns}`, 'unshare', '--mount', '--pid', '--uts', '--'];
  const setup = [INSIDE, 'setup', hostname, workingDir, ...mounts.flat(), '--', path, ...command];
  return spawn('nsenter', [...enter, ...SHELL, OUTSIDE, 'wait', ...SHELL, ...setup], {
    env: { HOSTNAME: hostname, HOME: '/root', ...environment, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
  });
}

/** The process inside: the only child of the shell that waits outside. */
function innerPid(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Already gone.
  }
}

/** Tries again shortly while the container's first process is not there yet. */
function deliver(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const pid = innerPid(child.pid);
  if (pid === undefined) setTimeout(() => deliver(child, name), RETRY_MS);
  else send(pid, name);
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
    signal: (name) => deliver(child, name),
    run: async (command, timeoutMs) => {
      const pid = inner();
      return pid === undefined ? false : runInside(pid, command, timeoutMs);
    },
  };
}
