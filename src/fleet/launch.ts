/** Launches one probe pod and waits until its container runs. */
import type { Order } from '../../probes/wire.ts';
import type { V1Pod } from '../cluster/types.ts';
import { DeadlineError, withDeadline } from '../model/deadline.ts';
import { NetproofError } from '../model/errors.ts';
import type { FleetPod, Identity } from '../model/fleet.ts';
import { type NodeWish, podManifest } from '../plan/pods.ts';
import type { Context } from './context.ts';
import { createOurs } from './create-ours.ts';
import { undoObject } from './undo-object.ts';

export interface Launch {
  readonly workload: string;
  readonly identity: Identity;
  readonly order: Order;
  readonly wish: NodeWish;
}

/**
 * A name with a unique prefix: the AWS network policy agent keys its state on a pod's name less the last segment
 * (aws-network-policy-agent, pkg/utils/utils.go), so `np<random>-0` shares it with nobody.
 */
export function podName(randomName: (length: number) => string): string {
  return `np${randomName(10)}-0`;
}

/** Rejects with `deploy-failed`, saying what the cluster says, if the pod is refused, altered, stuck or too slow. */
export async function launchPod(context: Context, launch: Launch): Promise<FleetPod> {
  const { cluster, clock, pods, settings, undo } = context;
  const { namespace } = launch.identity;
  const name = launch.order.id;
  const owner = await context.owners.in(namespace);
  const manifest = podManifest({ ...launch, ...context, owner, settings });
  context.signal.throwIfAborted();
  const asked = clock.now();
  const step = undoObject(cluster, context.runId, 'Pod', namespace, name);
  const created = await undo
    .create(step, () => createOnceAccountExists(context, manifest))
    .catch((error: unknown) => {
      throw refused(launch, error);
    });
  checkUnaltered(context, launch, manifest, created);
  const running = await untilRunning(context, launch, pods);
  return {
    name,
    namespace,
    uid: running.metadata?.uid ?? '',
    role: launch.order.role,
    workload: launch.workload,
    node: running.spec?.nodeName ?? '',
    ip: running.status?.podIP ?? '',
    labels: running.metadata?.labels ?? {},
    ...(launch.order.role === 'listener' && launch.identity.ports !== undefined
      ? { ports: launch.identity.ports }
      : {}),
    startMs: clock.now() - asked,
  };
}

/** How long a new namespace may take to get its default service account, milliseconds. */
const ACCOUNT_BUDGET_MS = 10_000;
const ACCOUNT_RETRY_MS = 100;

/**
 * A controller gives every new namespace its default service account a moment later, and until then the
 * ServiceAccount admission plugin refuses pods (kubernetes, plugin/pkg/admission/serviceaccount).
 */
export async function createOnceAccountExists(
  { cluster, clock, signal }: Pick<Context, 'cluster' | 'clock' | 'signal'>,
  manifest: V1Pod,
): Promise<V1Pod> {
  const giveUpAt = clock.now() + ACCOUNT_BUDGET_MS;
  const isComing = (manifest.spec?.serviceAccountName ?? 'default') === 'default';
  for (;;) {
    try {
      return await createOurs(cluster, 'Pod', manifest);
    } catch (error) {
      if (!isComing || !isAccountMissing(error) || clock.now() >= giveUpAt) throw error;
    }
    signal.throwIfAborted();
    await clock.wait(ACCOUNT_RETRY_MS, signal);
  }
}

function isAccountMissing(error: unknown): boolean {
  return error instanceof NetproofError && error.message.includes('error looking up service account');
}

function refused(launch: Launch, error: unknown): unknown {
  if (!(error instanceof NetproofError) || error.code === 'cluster-unreachable') return error;
  return new NetproofError('deploy-failed', `${describe(launch)} was refused: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/** An admission webhook may have changed the identity; then the pod would measure somebody else's network. */
function checkUnaltered(context: Context, launch: Launch, sent: V1Pod, created: V1Pod): void {
  const labels = created.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(sent.metadata?.labels ?? {})) {
    if (labels[key] === value) continue;
    const now = labels[key] === undefined ? 'removed' : `changed to "${labels[key]}"`;
    throw new NetproofError(
      'deploy-failed',
      `${describe(launch)}: admission has ${now} its label ${key}=${value}`,
      {
        hint: 'exempt pods with the label netproof.dev/run from that webhook',
      },
    );
  }
  const added = Object.keys(labels).filter((key) => sent.metadata?.labels?.[key] === undefined);
  if (added.length > 0)
    note(context, launch, `admission added the labels ${added.join(', ')}; policies may select it by them`);
  const sidecars = [...(created.spec?.containers ?? []), ...(created.spec?.initContainers ?? [])]
    .map((container) => container.name)
    .filter((name) => name !== 'netproof');
  if (sidecars.length > 0)
    note(
      context,
      launch,
      `admission injected the container ${sidecars.join(', ')}; it may answer in others' place`,
    );
}

function note(context: Context, launch: Launch, message: string): void {
  context.emit({ kind: 'note', message: `${describe(launch)}: ${message}` });
}

async function untilRunning(context: Context, launch: Launch, pods: Context['pods']): Promise<V1Pod> {
  const { namespace } = launch.identity;
  const name = launch.order.id;
  try {
    return await withDeadline(context.signal, context.settings.startTimeoutMs, (signal) =>
      pods.until(
        namespace,
        name,
        (state, pod) => {
          if (state.kind === 'stuck') throw failed(launch, state.why);
          // A prober may be done before the first look at it.
          if (state.kind === 'ended' && !state.ok) throw failed(launch, state.why);
          return state.kind !== 'starting' && pod?.status?.podIP ? pod : undefined;
        },
        signal,
      ),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const state = pods.state(namespace, name);
    const why = 'why' in state && state.why !== undefined ? state.why : 'the cluster does not say why';
    throw failed(launch, `not running after ${context.settings.startTimeoutMs / 1000} s: ${why}`);
  }
}

function failed(launch: Launch, why: string): NetproofError {
  return new NetproofError('deploy-failed', `${describe(launch)} did not start: ${why}`);
}

function describe({ order, workload, identity }: Launch): string {
  return `${order.role} of ${workload} (pod ${identity.namespace}/${order.id})`;
}
