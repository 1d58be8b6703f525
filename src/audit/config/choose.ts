/** Which namespaces a choice means. */
import { matchesGlob } from '../../scenario/glob.ts';
import type { NamespaceObject } from '../../snapshot/snapshot.ts';
import type { NamespaceChoice } from './config.ts';

export function isNamed(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(glob, name));
}

export function isLabelled(
  { metadata: { labels = {} } }: NamespaceObject,
  choice: Pick<NamespaceChoice, 'labels'>,
): boolean {
  return choice.labels.some((wanted) =>
    Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
  );
}

export function isChosen(namespace: NamespaceObject, choice: NamespaceChoice): boolean {
  return isNamed(namespace.metadata.name, choice.namespaces) || isLabelled(namespace, choice);
}
