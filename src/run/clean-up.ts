import type { UndoStack } from '../fleet/undo.ts';
import type { Emit } from '../model/events.ts';

/** Clean-up has a deadline of its own, milliseconds: the run's may be what ended it. */
const DEADLINE_MS = 60_000;

/** Undoes everything and tells what was removed and what could not be. */
export async function cleanUp(undo: UndoStack, emit: Emit): Promise<void> {
  const { undone, failed } = await undo.run(DEADLINE_MS);
  if (undone.length > 0) emit({ kind: 'note', message: `removed ${countByKind(undone)}` });
  for (const { what, error } of failed) {
    emit({ kind: 'note', message: `could not remove ${what}: ${String(error)}; later: netproof cleanup` });
  }
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
