/** Reads that may fail: what can't be had is told as a gap, and everything else is read all the same. */
import type { Cluster, Kind, Kinds, Selection } from '../cluster/cluster.ts';
import { NetproofError } from '../model/errors.ts';
import type { Manifest } from '../policy/manifest.ts';
import type { Gap } from './reading.ts';

/** What hangs on it if it can't be read; undefined: nothing that the evaluator would not notice by itself. */
export type Loss = Omit<Gap, 'why'> | undefined;

export interface Reader {
  readonly cluster: Cluster;
  readonly gaps: readonly Gap[];
  /** Undefined if it can't be read; rejects only when the signal aborts, or for a bug. */
  readonly attempt: <T>(what: string, loss: Loss, work: () => Promise<T>) => Promise<T | undefined>;
  /** Lists leave out what their items are; here they say it. */
  readonly list: (
    kind: Kind,
    apiVersion: string,
    selection: Selection,
    what: string,
    loss: Loss,
  ) => Promise<readonly Manifest[]>;
}

export function createReader(cluster: Cluster, signal: AbortSignal): Reader {
  const gaps: Gap[] = [];
  const attempt: Reader['attempt'] = async (what, loss, work) => {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetproofError)) throw error;
      const why = error.code === 'forbidden' ? 'not allowed' : error.message;
      if (loss !== undefined) gaps.push({ ...loss, why: `${what} could not be read: ${why}` });
      return undefined;
    }
  };
  return {
    cluster,
    gaps,
    attempt,
    list: async (kind, apiVersion, selection, what, loss) => {
      const found = (await attempt(what, loss, () => cluster.list(kind, selection))) ?? [];
      return found.map((object) => manifest(kind, apiVersion, object));
    },
  };
}

export function manifest(kind: Kind, apiVersion: string, object: Kinds[Kind]): Manifest {
  return { ...object, apiVersion, kind, metadata: { ...object.metadata, name: object.metadata?.name ?? '' } };
}
