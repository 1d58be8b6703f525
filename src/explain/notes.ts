/** What a reader must know beside the decision. */
import { nameOf, type Snapshot } from '../snapshot/snapshot.ts';
import type { Case } from './explanation.ts';

/** What could not be read, and mistakes in the policies that are spoken of. */
export function notesOn({ unread, mistakes }: Snapshot, cases: readonly Case[]): readonly string[] {
  const mentioned = new Set(
    cases.flatMap(({ egress, ingress }) =>
      [...egress.mentions, ...ingress.mentions].map(({ policy }) => policy),
    ),
  );
  return [
    ...unread.map(({ what, why }) => `${what} could not be read: ${why}`),
    ...mistakes
      .filter(({ object }) => object !== undefined && mentioned.has(`${object.kind} ${nameOf(object)}`))
      .map(
        ({ what, why, where }) =>
          `${what}${where === undefined ? '' : ` (${where.file}:${where.line})`}: ${why}`,
      ),
  ];
}
