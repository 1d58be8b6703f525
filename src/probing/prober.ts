/** Runs one prober to its end and collects what it told. */
import type { EndLine, Line, ProbeOrder, ProberOrder, ResultLine, Schedule } from '../../probes/wire.ts';
import { readAgentLog } from '../fleet/agent-log.ts';
import type { Context } from '../fleet/context.ts';
import { AGENT_LIFE_MS } from '../fleet/deploy.ts';
import { launchPod, podName } from '../fleet/launch.ts';
import { withDeadline } from '../model/deadline.ts';
import type { FleetPod, Identity } from '../model/fleet.ts';
import type { NodeWish } from '../plan/pods.ts';

export interface ProberRequest {
  readonly workload: string;
  readonly identity: Identity;
  readonly wish: NodeWish;
  readonly probes: readonly ProbeOrder[];
  readonly schedule: Schedule;
  readonly onProgress?: (settled: number) => void;
}

/** All that one prober told; times on its own clock. */
export interface ProberLog {
  readonly pod: FleetPod;
  readonly salt: string;
  readonly results: ReadonlyMap<number, ResultLine>;
  readonly kubeletAt: readonly number[];
  readonly offsetMs: number;
  readonly end: EndLine | undefined;
  /** Why the batch is not complete; undefined if it is. */
  readonly fault: string | undefined;
}

const PROBER_BEAT_MS = 250;
/** How long a pod's status may lag behind the end of its log, milliseconds. */
const STATUS_BUDGET_MS = 3000;

export function proberOrder(
  context: Context,
  request: Pick<ProberRequest, 'probes' | 'schedule'>,
  resident: boolean,
): ProberOrder {
  return {
    role: 'prober',
    id: podName(context.randomName),
    salt: context.randomName(8),
    controlPort: context.controlPort,
    beatMs: PROBER_BEAT_MS,
    lifeMs: AGENT_LIFE_MS,
    probes: request.probes,
    schedule: request.schedule,
    resident,
  };
}

/** Resolves also when the prober is lost on the way: then with the fault. Rejects if it never started. */
export async function runProber(context: Context, request: ProberRequest): Promise<ProberLog> {
  const order = proberOrder(context, request, false);
  const pod = await launchPod(context, { ...request, order });
  const results = new Map<number, ResultLine>();
  const kubeletAt: number[] = [];
  let end: EndLine | undefined;
  const take = (line: Line): void => {
    if (line.kind === 'result') results.set(line.probe, line);
    else if (line.kind === 'progress') request.onProgress?.(line.settled);
    else if (line.kind === 'end') end = line;
    else if (line.kind === 'beat' && line.kubeletAt !== undefined && kubeletAt.at(-1) !== line.kubeletAt) {
      kubeletAt.push(line.kubeletAt);
    }
  };
  const log = readAgentLog(context.cluster, pod, take, () => context.clock.now(), context.signal);
  await log.done;
  context.signal.throwIfAborted();
  const fault = log.fault ?? (await endFault(context, pod, end, results.size, order.probes.length));
  return { pod, salt: order.salt, results, kubeletAt, offsetMs: log.offsetMs, end, fault };
}

async function endFault(
  context: Context,
  pod: FleetPod,
  end: EndLine | undefined,
  told: number,
  asked: number,
): Promise<string | undefined> {
  if (end && told === asked && end.results === asked) return undefined;
  if (end) return `the prober told ${told} of ${asked} results`;
  return `the prober broke off without its end marker: ${await howItEnded(context, pod)}`;
}

/** The log may end a moment before the pod's status says why. */
async function howItEnded(context: Context, pod: FleetPod): Promise<string> {
  try {
    return await withDeadline(context.signal, STATUS_BUDGET_MS, (signal) =>
      context.pods.until(
        pod.namespace,
        pod.name,
        (state) => (state.kind === 'ended' ? state.why : undefined),
        signal,
      ),
    );
  } catch {
    context.signal.throwIfAborted();
    return 'its pod still runs, its log does not';
  }
}
