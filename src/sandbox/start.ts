/** Starts an embedded cluster for as long as its caller wants it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetproofError } from '../model/errors.ts';
import { DaemonProcess } from './daemon-process.ts';
import { checkHost } from './host.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { BEHAVIOUR_NAMES, parseBehaviour } from './network/behaviour.ts';

export interface SandboxRequest {
  /** Names of the nodes; `worker-1` and `worker-2` by default. */
  readonly nodes?: readonly string[];
  /** How policies are enforced: a name of `BEHAVIOUR_NAMES`, or `slow=<ms>`; `healthy` by default. */
  readonly cni?: string;
  /** Aborts the start; a running sandbox is ended with `close`. */
  readonly signal?: AbortSignal;
}

export interface Sandbox {
  readonly server: string;
  readonly kubeconfig: string;
  /** The kubeconfig as a file that only its owner can read; gone after `close`. */
  readonly kubeconfigPath: string;
  /** Changes how policies are enforced; resolves when the kernel follows. */
  setCni(cni: string): Promise<void>;
  /** Ends the cluster; afterwards nothing of it is left on the machine. Idempotent. */
  close(): Promise<void>;
}

/**
 * Resolves when the cluster's API answers and its nodes are up. Rejects with `usage` (no such behaviour),
 * `sandbox-failed` (with what the machine lacks or the daemon said) or `interrupted`, leaving nothing behind.
 */
export async function startSandbox(request: SandboxRequest = {}): Promise<Sandbox> {
  const { nodes = ['worker-1', 'worker-2'], cni = 'healthy', signal } = request;
  checkCni(cni);
  const daemon = new DaemonProcess(await checkHost());
  try {
    return await introduce(daemon, { nodes, cni, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    await daemon.end();
    throw error;
  }
}

async function introduce(
  daemon: DaemonProcess,
  { nodes, cni, signal }: SandboxRequest & { readonly nodes: readonly string[]; readonly cni: string },
): Promise<Sandbox> {
  const token = randomBytes(32).toString('hex');
  const listener = await listenOnLoopback();
  const server = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const question = { type: 'start', options: { nodes, cni }, token } as const;
  const options = { handle: listener, ...(signal === undefined ? {} : { signal }) };
  // From `ready` on the daemon alone listens; ours would take connections and never answer.
  const { ca } = await daemon.ask(question, 'ready', options).finally(() => listener.close());
  const kubeconfig = kubeconfigOf({ server, ca, token });
  const folder = await mkdtemp(join(tmpdir(), 'netproof-sandbox-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
  return {
    server,
    kubeconfig,
    kubeconfigPath,
    setCni: (changed) => changeCni(daemon, changed),
    close: async () => {
      await daemon.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The socket is made here, in the user's network namespace, and keeps to it when it is handed over: so the API
 * inside the sandbox answers outside, on loopback only.
 */
async function listenOnLoopback(): Promise<Server> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}

async function changeCni(daemon: DaemonProcess, cni: string): Promise<void> {
  checkCni(cni);
  const { error } = await daemon.ask({ type: 'cni', cni }, 'cni');
  if (error !== undefined) throw new NetproofError('sandbox-failed', error);
}

function checkCni(cni: string): void {
  if (parseBehaviour(cni) !== undefined) return;
  throw new NetproofError('usage', `no such sandbox CNI behaviour: ${JSON.stringify(cni)}`, {
    hint: `one of ${BEHAVIOUR_NAMES.join(', ')}, slow=<milliseconds>`,
  });
}
