/** Runs one prober to its end and collects what it told. */
import type { EndLine, Line, ProbeOrder, ProberOrder, Schedule } from '../../probes/wire.ts';
import { readAgentLog } from '../fleet/agent-log.ts';
import type { Context } from '../fleet/context.ts';
import { AGENT_LIFE_MS } from '../fleet/deploy.ts';
import { launchPod, podName } from '../fleet/launch.ts';
import { linked, withDeadline } from '../model/deadline.ts';
import type { FleetPod, Identity } from '../model/fleet.ts';
import type { Observation } from '../model/record.ts';
import type { NodeWish } from '../plan/pods.ts';
import { awayFault } from './away.ts';

export interface ProberRequest {
  readonly workload: string;
  readonly identity: Identity;
  readonly wish: NodeWish;
  readonly probes: readonly ProbeOrder[];
  readonly schedule: Schedule;
  readonly onLaunched?: (pod: FleetPod) => void;
  readonly onProgress?: (settled: number) => void;
}

/** All that one prober told; times on our clock. */
export interface ProberLog {
  readonly pod: FleetPod;
  readonly salt: string;
  /** By the probe's index in the order; what listeners saw is not in them yet. */
  readonly results: ReadonlyMap<number, Observation>;
  readonly kubeletAt: readonly number[];
  readonly offsetMs: number;
  readonly end: EndLine | undefined;
  /** Why the batch is not complete; undefined if it is. */
  readonly fault: string | undefined;
}

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
    beatMs: context.beatMs,
    lifeMs: AGENT_LIFE_MS,
    probes: request.probes,
    schedule: request.schedule,
    resident,
  };
}

/** What was told so far; times on the prober's clock. */
interface Heard {
  readonly results: Map<number, Observation>;
  readonly kubeletAt: number[];
  end?: EndLine;
}

/** Resolves also when the prober is lost on the way: then with the fault. Rejects if it never started. */
export async function runProber(context: Context, request: ProberRequest): Promise<ProberLog> {
  const order = proberOrder(context, request, false);
  const asked = context.clock.now();
  const pod = await launchPod(context, { ...request, order });
  request.onLaunched?.(pod);
  const heard: Heard = { results: new Map(), kubeletAt: [] };
  // Up to the end marker and no further: a lookup that hangs can keep the process for long after it.
  const reading = linked(context.signal);
  const take = (line: Line): void => {
    hear(line, heard);
    if (line.kind === 'progress') request.onProgress?.(line.settled);
    else if (line.kind === 'end') reading.abort();
  };
  const log = readAgentLog(context.cluster, pod, take, () => context.clock.now(), reading.signal);
  await log.done;
  reading.release();
  context.signal.throwIfAborted();
  const fault =
    log.fault ??
    (await endFault(context, pod, heard, order.probes.length)) ??
    awayFault(context.cluster.lastUnreachable(), asked);
  return { pod, salt: order.salt, ...onOurClock(heard, log.offsetMs), fault };
}

/** The history of nearly every probe, of which a mesh has tens of thousands. */
const STEADY: Observation['history'] = [];
const UNSEEN: Observation['seen'] = [];

function hear(line: Line, heard: Heard): void {
  switch (line.kind) {
    case 'result': {
      const { probe, outcome, stable, attempts, history } = line;
      const changes = history.length > 0 ? history : STEADY;
      heard.results.set(probe, { outcome, stable, attempts, history: changes, seen: UNSEEN });
      break;
    }
    case 'end':
      heard.end = line;
      break;
    case 'beat':
      if (line.kubeletAt !== undefined && heard.kubeletAt.at(-1) !== line.kubeletAt)
        heard.kubeletAt.push(line.kubeletAt);
      break;
    case 'started':
    case 'progress':
    case 'listening':
    case 'listen-failed':
    case 'seen':
      break;
  }
}

/** Moves attempts in place: a mesh has too many to hold twice. */
function onOurClock(
  { results, kubeletAt, end }: Heard,
  offsetMs: number,
): Pick<ProberLog, 'results' | 'kubeletAt' | 'end' | 'offsetMs'> {
  const move = (item: { readonly at: number }): void => {
    Object.assign(item, { at: item.at + offsetMs });
  };
  for (const { attempts, history } of results.values()) {
    attempts.forEach(move);
    history.forEach(move);
  }
  return {
    results,
    kubeletAt: kubeletAt.map((at) => at + offsetMs),
    end: end && {
      ...end,
      at: end.at + offsetMs,
      startedAt: end.startedAt + offsetMs,
      settledAt: end.settledAt + offsetMs,
    },
    offsetMs,
  };
}

async function endFault(
  context: Context,
  pod: FleetPod,
  { end, results }: Heard,
  asked: number,
): Promise<string | undefined> {
  if (end && results.size === asked && end.results === asked) return undefined;
  if (end) return `the prober told ${results.size} of ${asked} results`;
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
