/** Reads that may fail: a fact that can't be had is noted, and the others are read all the same. */
import { NetproofError } from '../../model/errors.ts';
import type { Unread } from '../../model/detection.ts';

export interface Attempts {
  readonly unread: readonly Unread[];
  /** What was read, or undefined with the reason noted; rejects only after the abort, or for a bug. */
  read<T>(what: string, work: () => Promise<T>): Promise<T | undefined>;
}

export function createAttempts(signal: AbortSignal): Attempts {
  const unread: Unread[] = [];
  return {
    unread,
    async read(what, work) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof NetproofError)) throw error;
        unread.push({ what, why: reasonOf(error) });
        return undefined;
      }
    },
  };
}

/** The server's own words repeat who asked for what; the reader knows both. */
function reasonOf(error: NetproofError): string {
  return error.code === 'forbidden' ? 'not allowed' : error.message;
}
