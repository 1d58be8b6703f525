/**
 * Signals that depend on others. AbortSignal.any over AbortSignal.timeout is not used: on Node 20 the pair can be
 * collected as garbage before it fires (nodejs/node issues 57736, 65995), and a deadline that never comes is a hang.
 */
import { setMaxListeners } from 'node:events';

export interface Linked {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Lets go of the parents. */
  release(): void;
}

/** A controller that also aborts when one of the parents does. */
export function linked(...parents: readonly AbortSignal[]): Linked {
  const controller = new AbortController();
  // Hundreds of pods wait on one run's signal; that is no leak.
  setMaxListeners(0, controller.signal);
  const undo = parents.map((parent) => {
    const follow = (): void => controller.abort(parent.reason);
    if (parent.aborted) follow();
    else parent.addEventListener('abort', follow, { once: true });
    return () => parent.removeEventListener('abort', follow);
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const each of undo) each();
    },
  };
}

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Gives `work` a signal that aborts after `ms`, with a DeadlineError, or when the parent aborts. */
export async function withDeadline<T>(
  parent: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = linked(parent);
  const timer = setTimeout(() => controller.abort(new DeadlineError(`not done within ${ms} ms`)), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    controller.release();
  }
}
