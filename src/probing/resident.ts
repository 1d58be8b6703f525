/** A prober that repeats its rounds until it is stopped: the controls, and the preflight's canary. */
import type { Line, Outcome, ProbeOrder, ResultLine, Schedule } from '../../probes/wire.ts';
import { type AgentLogReader, readAgentLog } from '../fleet/agent-log.ts';
import type { Context } from '../fleet/context.ts';
import { launchPod } from '../fleet/launch.ts';
import type { FleetPod, Identity } from '../model/fleet.ts';
import type { NodeWish } from '../plan/pods.ts';
import { proberOrder } from './prober.ts';

export interface ResidentRequest {
  readonly workload: string;
  readonly identity: Identity;
  readonly wish: NodeWish;
  readonly probes: readonly ProbeOrder[];
  readonly schedule: Schedule;
}

/** `[time, outcome]` of one round, the time on the prober's clock. A connection without our echo is no answer. */
export type Round = readonly [number, Outcome];

export interface Resident {
  readonly pod: FleetPod;
  /** When its pod was asked for. */
  readonly askedAt: number;
  /** Rounds of each probe so far, by its index. */
  readonly rounds: readonly (readonly Round[])[];
  readonly log: AgentLogReader;
  /** Starts its nonces, see wire.ts. */
  readonly salt: string;
  /** When the kubelet fetched its control port, on its own clock. */
  readonly kubeletAt: readonly number[];
  /** When its event loop ran again, on its own clock, and how late it was, milliseconds. */
  readonly lag: readonly (readonly [number, number])[];
}

/** @param onRound called with every result, and without one when its log ends */
export async function startResident(
  context: Context,
  request: ResidentRequest,
  onRound: (result?: ResultLine) => void = () => undefined,
): Promise<Resident> {
  const order = proberOrder(context, request, true);
  const askedAt = context.clock.now();
  const pod = await launchPod(context, { ...request, order });
  const rounds: Round[][] = request.probes.map(() => []);
  const kubeletAt: number[] = [];
  const lag: (readonly [number, number])[] = [];
  const take = (line: Line): void => {
    if (line.kind === 'beat') {
      lag.push(...(line.stalls ?? []));
      if (line.kubeletAt !== undefined && kubeletAt.at(-1) !== line.kubeletAt) kubeletAt.push(line.kubeletAt);
    }
    if (line.kind !== 'result') return;
    const last = line.attempts.at(-1);
    const at = last ? last.at + last.ms : line.at;
    const echoMissing =
      request.probes[line.probe]?.echo === true && !line.attempts.some((each) => each.echoed);
    const outcome = line.outcome === 'connected' && echoMissing ? 'errored' : line.outcome;
    rounds[line.probe]?.push([at, outcome]);
    onRound(line);
  };
  const log = readAgentLog(context.cluster, pod, take, () => context.clock.now(), context.signal);
  const ended = (): void => onRound();
  log.done.then(ended, ended);
  return { pod, askedAt, rounds, log, salt: order.salt, kubeletAt, lag };
}
