import type { UndoStack } from '../fleet/undo.ts';
import { DeadlineError } from '../model/deadline.ts';
import type { Emit } from '../model/events.ts';

/** Clean-up has a deadline of its own, milliseconds: the run's may be what ended it. */
const DEADLINE_MS = 60_000;
/** Of more than so many with the same fault only the number is told. */
const MOST_NAMES = 3;

/** Undoes everything and tells what was removed, and what could not be with the command that does it later. */
export async function cleanUp(undo: Pick<UndoStack, 'run'>, emit: Emit, runId: string): Promise<void> {
  const { undone, failed } = await undo.run(DEADLINE_MS);
  if (undone.length > 0) emit({ kind: 'note', message: `removed ${countByKind(undone)}` });
  for (const [why, whats] of byReason(failed)) {
    const told = whats.length > MOST_NAMES ? countByKind(whats) : whats.join(', ');
    emit({
      kind: 'note',
      message: `could not remove ${told}: ${why}; later: netproof cleanup --run-id ${runId}`,
    });
  }
}

type Failed = Awaited<ReturnType<UndoStack['run']>>['failed'];

/** One fault most often has many victims. */
function byReason(failed: Failed): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const { what, error } of failed) {
    const why = reasonOf(error);
    const whats = reasons.get(why);
    if (whats) whats.push(what);
    else reasons.set(why, [what]);
  }
  return reasons;
}

function reasonOf(error: unknown): string {
  if (error instanceof DeadlineError) return `there was no more time after ${DEADLINE_MS / 1000} s`;
  return error instanceof Error ? error.message : String(error);
}

/** `12 pods, 2 namespaces` */
function countByKind(undone: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const what of undone) {
    const kind = what.split(' ', 1)[0] ?? what;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} ${count === 1 ? kind : plural(kind)}`).join(', ');
}

function plural(kind: string): string {
  return kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
