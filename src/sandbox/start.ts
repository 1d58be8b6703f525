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
import { parseBehaviour } from './network/behaviour-words.ts';

export interface SandboxRequest {
  /** Names of the nodes; `worker-1` and `worker-2` by default. */
  readonly nodes?: readonly string[];
  /** How the network behaves: presets of network/presets.ts joined by `+`; `healthy` by default. */
  readonly cni?: string;
  /** Aborts the start; a running sandbox is ended with `close`. */
  readonly signal?: AbortSignal;
}

export interface Sandbox {
  readonly server: string;
  readonly kubeconfig: string;
  /** The kubeconfig as a file that only its owner can read; gone after `close`. */
  readonly kubeconfigPath: string;
  /** Changes how the network behaves; resolves when the kernel follows. Rejects with `usage` if no such behaviour. */
  setCni(cni: string): Promise<void>;
  /** Restarts that node's policy agent; resolves when the kernel follows. Rejects if there is no such node. */
  restartAgent(node: string): Promise<void>;
  /** Rejects with `sandbox-failed` if the cluster ends before it is closed; settles in no other way. */
  readonly lost: Promise<never>;
  /** Ends the cluster; afterwards nothing of it is left on the machine. Idempotent. */
  close(): Promise<void>;
}

/**
 * Resolves when the cluster's API answers and its nodes are up. Rejects with `usage` (no such behaviour,
 * or one of a node that there is not), `sandbox-failed` (with what the machine lacks or the daemon said) or `interrupted`, leaving nothing behind.
 */
export async function startSandbox(request: SandboxRequest = {}): Promise<Sandbox> {
  const { nodes = ['worker-1', 'worker-2'], cni = 'healthy', signal } = request;
  parseBehaviour(cni, nodes);
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
    setCni: async (changed) => {
      parseBehaviour(changed, nodes);
      settle(await daemon.ask({ type: 'cni', cni: changed }, 'cni'));
    },
    restartAgent: async (node) =>
      settle(await daemon.ask({ type: 'restart-agent', node }, 'agent-restarted')),
    lost: daemon.lost,
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

function settle({ error }: { readonly error?: string }): void {
  if (error !== undefined) throw new NetproofError('sandbox-failed', error);
}
