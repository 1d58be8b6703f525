/** What runs and preflights are given from outside, and the context that their stages share. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Clock, Context, RandomName } from '../fleet/context.ts';
import { Owners } from '../fleet/owners.ts';
import { PodWatch } from '../fleet/pod-watch.ts';
import type { UndoStack } from '../fleet/undo.ts';
import { NetproofError } from '../model/errors.ts';
import type { Emit } from '../model/events.ts';

export interface Surroundings {
  readonly cluster: Cluster;
  readonly sandbox: boolean;
  readonly version: string;
  readonly operator: string;
  readonly emit: Emit;
  /** Aborted: stop, clean up, reject with `interrupted`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly randomName: RandomName;
  readonly agentSource: string;
}

/** What is told on the way belongs in the record too. */
export function noting<T extends Surroundings>(deps: T, notes: string[]): T {
  return {
    ...deps,
    emit: (event) => {
      if (event.kind === 'note') notes.push(event.message);
      deps.emit(event);
    },
  };
}

export interface RunSettings extends Pick<
  Context,
  'runId' | 'controlPort' | 'beatMs' | 'stallMs' | 'settings'
> {}

export function contextOf(
  own: RunSettings,
  deps: Surroundings,
  undo: UndoStack,
  working: AbortSignal,
  watching: AbortSignal,
): Context {
  return {
    ...deps,
    ...own,
    signal: working,
    undo,
    owners: new Owners(deps.cluster, undo, own.runId),
    pods: new PodWatch(deps.cluster, own.runId, watching, deps.clock),
  };
}

export function interrupted({ reason }: AbortSignal): NetproofError {
  if (reason instanceof NetproofError) return reason;
  return new NetproofError('interrupted', 'interrupted before there was a result');
}
