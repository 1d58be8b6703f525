/** What a listener told: where it listens, whose nonces it saw, when it was alive. */
import { NetproofError } from '../model/errors.ts';
import type { FleetPod } from '../model/fleet.ts';
import type { Sighting } from '../model/record.ts';
import type { Line, Protocol } from '../../probes/wire.ts';
import { type AgentLog, readAgentLog } from './agent-log.ts';
import type { Context } from './context.ts';
import { deferred } from './deferred.ts';

export interface ListenerLog extends AgentLog {
  /** Resolves when every socket is bound; rejects with `deploy-failed` if one can't be. */
  readonly listening: Promise<void>;
  /** On our clock. */
  readonly sighting: (nonce: string) => Sighting | undefined;
  /** Hands a sighting over and forgets it: a mesh has too many to hold twice. */
  readonly claim: (nonce: string) => Sighting | undefined;
  /** Times on the pod's clock, as all times below. */
  readonly alive: ReadonlyMap<string, readonly number[]>;
  /** When its event loop ran again, and how late it was. */
  readonly lag: readonly (readonly [number, number])[];
  /** One so long may have missed something, milliseconds. */
  readonly stallMs: number;
  readonly kubeletAt: readonly number[];
  /** Resolves once the log tells of a beat at or after this time on our clock; false if it broke off before. */
  reached(time: number, signal: AbortSignal): Promise<boolean>;
}

export function watchListener(context: Context, pod: FleetPod): ListenerLog {
  const sightings = new Map<string, Sighting>();
  const alive = new Map<string, number[]>();
  const lag: (readonly [number, number])[] = [];
  const kubeletAt: number[] = [];
  const portOf = portReader();
  const beatWaiters = new Set<() => void>();
  let lastBeat = -Infinity;
  let over = false;
  const listening = deferred<void>();
  // Nobody may be waiting yet when it fails.
  listening.promise.catch(() => undefined);

  const take = (line: Line): void => {
    switch (line.kind) {
      case 'listening':
        listening.resolve();
        break;
      case 'listen-failed':
        listening.reject(cannotListen(pod, line.protocol, line.port, line.error));
        break;
      case 'seen':
        for (const [nonce, key, from, at] of line.nonces) {
          const { protocol, port } = portOf(key);
          sightings.set(nonce, { nonce, protocol, port, from, at });
        }
        break;
      case 'beat':
        lastBeat = line.at;
        lag.push(...(line.stalls ?? []));
        if (line.kubeletAt !== undefined && kubeletAt.at(-1) !== line.kubeletAt)
          kubeletAt.push(line.kubeletAt);
        for (const port of line.alive ?? []) append(alive, port, line.at);
        for (const wake of beatWaiters) wake();
        break;
      case 'started':
      case 'progress':
      case 'result':
      case 'end':
        break;
    }
  };
  const log = readAgentLog(context.cluster, pod, take, () => context.clock.now(), context.signal);
  const ended = (error?: unknown): void => {
    over = true;
    for (const wake of beatWaiters) wake();
    listening.reject(
      error ?? new NetproofError('deploy-failed', `listener of ${pod.workload} ended before it listened`),
    );
  };
  log.done.then(() => ended(), ended);
  const sighting = (nonce: string): Sighting | undefined => {
    const seen = sightings.get(nonce);
    return seen && { ...seen, at: seen.at + log.offsetMs };
  };

  return {
    listening: listening.promise,
    sighting,
    claim: (nonce) => {
      const claimed = sighting(nonce);
      sightings.delete(nonce);
      return claimed;
    },
    alive,
    lag,
    stallMs: context.stallMs,
    kubeletAt,
    get fault() {
      return log.fault ?? (over ? `the listener's log broke off` : undefined);
    },
    get offsetMs() {
      return log.offsetMs;
    },
    reached: (time, signal) =>
      new Promise((resolve) => {
        const check = (): void => {
          const there = lastBeat + log.offsetMs >= time;
          if (!there && !over && !signal.aborted) return;
          beatWaiters.delete(check);
          signal.removeEventListener('abort', check);
          resolve(there);
        };
        beatWaiters.add(check);
        signal.addEventListener('abort', check);
        check();
      }),
  };
}

type Port = Pick<Sighting, 'protocol' | 'port'>;

/** Each is read once: a mesh has tens of thousands of sightings on a few ports. */
function portReader(): (key: string) => Port {
  const known = new Map<string, Port>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const [protocol = 'tcp', number = '0'] = key.split('/');
    const port = { protocol: protocol as Protocol, port: Number(number) };
    known.set(key, port);
    return port;
  };
}

function append(map: Map<string, number[]>, key: string, value: number): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function cannotListen(pod: FleetPod, protocol: string, port: number, error: string): NetproofError {
  return new NetproofError(
    'deploy-failed',
    `listener of ${pod.workload} could not bind ${protocol}/${port}: ${error}`,
  );
}
