/**
 * Undo: queued before the thing is created, run last in first out, on a deadline and signal of its own, so that
 * neither a half-done creation nor an interrupted run leaves anything behind.
 */
import pLimit from 'p-limit';

export interface UndoStep {
  /** Consecutive steps of one group undo side by side. */
  readonly group: 'pods' | 'policies' | 'owners' | 'namespaces';
  readonly what: string;
  /** Resolves with true if there was something to undo. */
  readonly undo: (signal: AbortSignal) => Promise<boolean>;
}

export interface UndoReport {
  readonly undone: readonly string[];
  readonly failed: readonly { readonly what: string; readonly error: unknown }[];
}

const AT_ONCE = 16;

export class UndoStack {
  readonly #steps: UndoStep[] = [];
  readonly #creating = new Set<Promise<unknown>>();

  /** Queues the step, then creates. A creation under way when the undoing starts is waited for first. */
  async create<T>(step: UndoStep, create: () => Promise<T>): Promise<T> {
    this.#steps.push(step);
    const creating = create();
    this.#creating.add(creating);
    try {
      return await creating;
    } finally {
      this.#creating.delete(creating);
    }
  }

  /** Runs every step once; a failing step never keeps the others from running. */
  async run(deadlineMs: number): Promise<UndoReport> {
    const signal = AbortSignal.timeout(deadlineMs);
    await Promise.race([Promise.allSettled(this.#creating), aborted(signal)]);
    const undone: string[] = [];
    const failed: { what: string; error: unknown }[] = [];
    const limit = pLimit(AT_ONCE);
    const runStep = async (step: UndoStep): Promise<void> => {
      try {
        if (await step.undo(signal)) undone.push(step.what);
      } catch (error) {
        failed.push({ what: step.what, error });
      }
    };
    for (let group = this.#takeGroup(); group.length > 0; group = this.#takeGroup()) {
      await Promise.all(group.map((step) => limit(runStep, step)));
    }
    return { undone, failed };
  }

  #takeGroup(): UndoStep[] {
    const last = this.#steps.at(-1);
    const group: UndoStep[] = [];
    while (last && this.#steps.at(-1)?.group === last.group) group.push(this.#steps.pop() as UndoStep);
    return group;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
