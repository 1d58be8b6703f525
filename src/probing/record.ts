/** From what probers and listeners told to the record that is judged. All times are moved to our clock. */
import type { Fleet, Listener } from '../fleet/deploy.ts';
import type { ListenerRecord, Observation, ProbeRecord, ProberRecord } from '../model/record.ts';
import type { Predicted } from '../model/prediction.ts';
import type { Told } from './again.ts';
import type { Ask } from './batches.ts';
import type { Measured } from './probe.ts';
import type { ProberLog } from './prober.ts';
import { sightingsOf } from './sightings.ts';

/**
 * To be called once: it takes the sightings out of the listeners' logs.
 *
 * @param moved UIDs of existing pods that no longer hold the address they held when the run began
 * @param predict what the policies say of a probe
 */
export function probeRecords(
  measured: Measured,
  fleet: Fleet,
  moved: ReadonlySet<string>,
  predict: (probe: ProbeRecord) => Predicted,
): readonly ProbeRecord[] {
  const listeners = new Map([...fleet.listeners.values()].map((listener) => [listener.pod.name, listener]));
  return measured.batches.flatMap(({ batch, log, again }) =>
    batch.asks.flatMap((ask, index) => {
      if (again?.has(index)) return [];
      const record = probeRecord(ask, index, log, listeners);
      if (ask.destination.uid !== undefined && moved.has(ask.destination.uid)) record.movedAway = true;
      record.prediction = predict(record);
      return [record];
    }),
  );
}

type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

/** Field by field: V8 gives an object made by spreading half a kilobyte, and a mesh has tens of thousands of these. */
function probeRecord(
  { cell, destination, earlier }: Ask,
  index: number,
  log: ProberLog,
  listeners: ReadonlyMap<string, Listener>,
): Draft<ProbeRecord> {
  const record: Draft<ProbeRecord> = {
    source: cell.source,
    endpoint: cell.endpoint.id,
    destination: cell.endpoint.destination,
    port: destination.port,
    host: destination.host,
    expect: cell.expect,
    origin: cell.origin,
    prober: log.pod.name,
  };
  if (cell.status !== undefined) record.expectStatus = cell.status;
  if (cell.reason !== undefined) record.reason = cell.reason;
  if (destination.listener !== undefined) record.listener = destination.listener;
  const listener = destination.listener === undefined ? undefined : listeners.get(destination.listener);
  const told = log.results.get(index);
  if (told !== undefined) record.observation = observe(told, index, log.salt, listener);
  if (earlier !== undefined) record.earlier = observe(earlier.told, earlier.index, earlier.salt, listener);
  return record;
}

/** In place, as a mesh has too many to hold twice. */
function observe(
  told: Observation,
  index: number,
  salt: string,
  listener: Listener | undefined,
): Observation {
  if (listener === undefined) return told;
  return Object.assign(told, { seen: sightingsOf(told.attempts, index, salt, listener.log.claim) });
}

export function proberRecord({ batch, log }: Told): ProberRecord {
  const { pod, end, offsetMs } = log;
  const blackhole = batch.blackhole ? log.results.get(batch.asks.length)?.outcome : undefined;
  return {
    pod: pod.name,
    workload: pod.workload,
    node: pod.node,
    complete: log.fault === undefined,
    ...(log.fault === undefined ? {} : { fault: log.fault }),
    offsetMs,
    kubeletAt: log.kubeletAt,
    startedAt: end?.startedAt ?? 0,
    endedAt: end?.at ?? 0,
    settledAt: end?.settledAt ?? 0,
    rounds: end?.rounds ?? 0,
    settled: end?.reason === 'stable',
    cpuMs: end?.cpuMs ?? 0,
    maxRss: end?.maxRss ?? 0,
    slowed: end?.slowed ?? { starved: 0, slowNetwork: 0 },
    ...(blackhole === undefined ? {} : { blackhole }),
  };
}

export function listenerRecord({ pod, log }: Listener, behind: ReadonlySet<string>): ListenerRecord {
  const move = log.offsetMs;
  const fault =
    log.fault ?? (behind.has(pod.name) ? "the listener's log did not reach past the last probe" : undefined);
  return {
    pod: pod.name,
    workload: pod.workload,
    node: pod.node,
    complete: fault === undefined,
    ...(fault === undefined ? {} : { fault }),
    offsetMs: move,
    alive: Object.fromEntries([...log.alive].map(([port, times]) => [port, times.map((at) => at + move)])),
    lag: log.lag.map(([at, ms]) => [at + move, ms] as const),
    stallMs: log.stallMs,
    kubeletAt: log.kubeletAt.map((at) => at + move),
  };
}
