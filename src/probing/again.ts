/** What is asked once more: silence that a pod without CPU left without meaning; pure. */
import type { Observation, Sighting } from '../model/record.ts';
import { windowOf } from '../verdict/evidence.ts';
import { unmeasuredRound } from '../verdict/ruling.ts';
import { type Stall, stoodStill } from '../verdict/stall.ts';
import { type Ask, type Batch, batchOf } from './batches.ts';
import type { ProberLog } from './prober.ts';
import { sightingsOf } from './sightings.ts';

/** As far as a listener's log tells of it, on our clock. */
export interface Heard {
  readonly stalls: readonly Stall[];
  readonly sighting: (nonce: string) => Sighting | undefined;
}

/** A batch that was asked. */
export interface Told {
  readonly batch: Batch;
  readonly log: ProberLog;
}

export interface Asked extends Told {
  /** The places of those that are asked again; absent: none. */
  readonly again?: ReadonlySet<number>;
}

/** @param heard by the listener's pod; their logs have caught up */
export function withAgain({ batch, log }: Told, heard: (listener: string) => Heard | undefined): Asked {
  // A lost prober's silence has another reason.
  if (log.fault !== undefined) return { batch, log };
  const again = new Set<number>();
  batch.asks.forEach((ask, index) => {
    if (isStarved(ask, index, log, heard)) again.add(index);
  });
  return { batch, log, again };
}

/** Those alone; what was seen the first time goes along. */
export function batchAgain({ batch, log, again }: Asked): Batch {
  const asks = batch.asks.flatMap((ask, index) => {
    const told = log.results.get(index);
    return again?.has(index) && told ? [{ ...ask, earlier: { told, index, salt: log.salt } }] : [];
  });
  return batchOf(batch.source, asks);
}

/** Whatever was answered, or arrived where nothing should, says enough however busy everybody was. */
function isStarved(
  { cell, destination }: Ask,
  index: number,
  log: ProberLog,
  heard: (listener: string) => Heard | undefined,
): boolean {
  const told = log.results.get(index);
  if (told === undefined || told.attempts.some(({ outcome }) => outcome === 'connected')) return false;
  const listener = destination.listener === undefined ? undefined : heard(destination.listener);
  if (!sleptAtSource(told) && !stoodStill(listener?.stalls ?? [], windowOf(told))) return false;
  // Many lookups, so last of all.
  const isLeak = () =>
    sightingsOf(told.attempts, index, log.salt, (nonce) => listener?.sighting(nonce)).length > 0;
  return cell.expect === 'allow' || !isLeak();
}

function sleptAtSource(told: Observation): boolean {
  if (told.outcome === 'errored') return told.attempts.some(({ error }) => error === 'starved');
  return unmeasuredRound(told)?.error === 'starved';
}
