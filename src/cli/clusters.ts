/** Which cluster a command works on: the user's, or the embedded one when it is asked for. */
import type { Cluster } from '../cluster/cluster.ts';
import { NetproofError } from '../model/errors.ts';
import type { Sandbox } from '../sandbox/start.ts';
import type { Context } from './command.ts';

export interface Credentials {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface SandboxChoice {
  /** Absent: healthy. */
  readonly cni: string | undefined;
  /** How many; absent: two. */
  readonly nodes: number | undefined;
}

/** What `whereOptions` gives. */
export interface Where extends Credentials {
  readonly sandbox: boolean;
  readonly sandboxCni: string | undefined;
  readonly sandboxNodes: number | undefined;
}

/** A choice that names both clusters, or how a sandbox behaves that isn't asked for, is refused. */
export function checkWhere({ sandbox, kubeconfig, context, sandboxCni, sandboxNodes }: Where): void {
  if (sandbox && (kubeconfig !== undefined || context !== undefined)) {
    throw new NetproofError('usage', '--sandbox makes a cluster of its own', {
      hint: 'leave out --kubeconfig and --context, or --sandbox',
    });
  }
  if (!sandbox && (sandboxCni !== undefined || sandboxNodes !== undefined)) {
    throw new NetproofError('usage', '--sandbox-cni and --sandbox-nodes say how a sandbox is made', {
      hint: 'add --sandbox',
    });
  }
}

/** Works on the cluster that was chosen, `checkWhere` having been asked, and ends it if it is a sandbox. */
export async function onCluster<T>(
  where: Where,
  context: Context,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  if (!where.sandbox) return work(await connectTo(where));
  const choice = { cni: where.sandboxCni, nodes: where.sandboxNodes };
  return withSandbox(choice, context, async (sandbox) => work(await connectToSandbox(sandbox)));
}

/** The user's cluster. */
export async function connectTo({ kubeconfig, context }: Credentials): Promise<Cluster> {
  const { connect } = await import('../cluster/connect.ts');
  return connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}

/**
 * Starts a sandbox, works with it, and ends it however the work ends. Should it end first, the work is left where it
 * is: nothing remains that could be cleaned up.
 */
export async function withSandbox<T>(
  { cni, nodes = 2 }: SandboxChoice,
  { terminal, interruption }: Context,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const names = nodeNames(nodes);
  const { startSandbox } = await import('../sandbox/start.ts');
  await terminal.err.write(
    "starting netproof's sandbox: real packets in this machine's kernel, not your cluster\n",
  );
  const sandbox = await startSandbox({
    nodes: names,
    ...(cni === undefined ? {} : { cni }),
    signal: interruption.signal,
  });
  try {
    return await Promise.race([work(sandbox), sandbox.lost]);
  } finally {
    await sandbox.close();
  }
}

export function connectToSandbox({ kubeconfigPath }: Sandbox): Promise<Cluster> {
  return connectTo({ kubeconfig: kubeconfigPath, context: undefined });
}

const MOST_NODES = 16;

function nodeNames(nodes: number): string[] {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES) {
    throw new NetproofError('usage', `a sandbox can't have ${nodes} nodes`, { hint: `1 to ${MOST_NODES}` });
  }
  return Array.from({ length: nodes }, (_, i) => `worker-${i + 1}`);
}
