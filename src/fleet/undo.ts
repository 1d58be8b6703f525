/**
 * Undo: queued before the thing is created, run last in first out, on a deadline and signal of its own, so that
 * neither a half-done creation nor an interrupted run leaves anything behind.
 */
import pLimit from 'p-limit';
import { withDeadline } from '../model/deadline.ts';

export interface UndoStep {
  /** Consecutive steps of one group undo side by side. */
  readonly group: 'pods' | 'policies' | 'services' | 'owners' | 'namespaces';
  readonly what: string;
  /** Resolves with true if there was something to undo. */
  readonly undo: () => Promise<boolean>;
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

  /**
   * Runs every step once; a failing step never keeps the others from running. What is not undone within
   * `deadlineMs` is reported as failed.
   */
  run(deadlineMs: number): Promise<UndoReport> {
    return withDeadline(new AbortController().signal, deadlineMs, (signal) => this.#run(rejection(signal)));
  }

  async #run(late: Promise<never>): Promise<UndoReport> {
    await Promise.race([Promise.allSettled(this.#creating), late.catch(() => undefined)]);
    const undone: string[] = [];
    const failed: { what: string; error: unknown }[] = [];
    const limit = pLimit(AT_ONCE);
    const runStep = async (step: UndoStep): Promise<void> => {
      try {
        if (await Promise.race([step.undo(), late])) undone.push(step.what);
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

function rejection(signal: AbortSignal): Promise<never> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  // Nobody may be waiting when it comes.
  late.catch(() => undefined);
  return late;
}
