/** Namespaces: which exist, which the run creates. */
import type { NamespaceSpec } from '../model/scenario.ts';
import { reservedOnNamespaces } from './labels.ts';
import type { Reading } from './reading.ts';
import { didYouMean, quote } from './words.ts';
import type { Path } from './yaml.ts';

export function readNamespaces(reading: Reading): NamespaceSpec[] {
  return reading.entries('namespaces').map(([name, entry]) => {
    const path = ['namespaces', name];
    const create = entry?.create ?? false;
    const labels = entry?.labels ?? {};
    if (create) checkCreated(name, Object.keys(labels), reading);
    else if (Object.keys(labels).length > 0) {
      const message = `${quote(name)} is not created by the run, and netproof never changes what exists`;
      reading.report([...path, 'labels'], message, 'leave the labels out, or add create: true', 'key');
    }
    return { name, create, labels, position: reading.at(path, 'key') };
  });
}

function checkCreated(name: string, keys: readonly string[], reading: Reading): void {
  const path = ['namespaces', name];
  // The four that every cluster has from its start, three of them under the prefix that Kubernetes keeps.
  if (name === 'default' || name.startsWith('kube-')) {
    reading.report(path, `${quote(name)} belongs to Kubernetes and can't be created`, undefined, 'key');
  }
  for (const key of keys) {
    const why = reservedOnNamespaces(key);
    if (why === undefined) continue;
    reading.report([...path, 'labels', key], `label ${quote(key)} is reserved: ${why}`, undefined, 'key');
  }
}

/** Reports a namespace that the scenario doesn't have; returns it if it has one of that name and it is sound. */
export function lookUpNamespace(
  name: string,
  path: Path,
  namespaces: readonly NamespaceSpec[],
  reading: Reading,
): NamespaceSpec | undefined {
  const found = namespaces.find((namespace) => namespace.name === name);
  const names = reading.names('namespaces');
  if (found === undefined && !names.includes(name) && !reading.isUnusable(['namespaces'])) {
    const hint = didYouMean(name, names) ?? 'add it under namespaces';
    reading.report(path, `unknown namespace ${quote(name)}`, hint);
  }
  return found;
}

/** Reports something that is said to exist in a namespace that the run creates, and where so nothing exists. */
export function checkExisting(
  what: string,
  name: string,
  path: Path,
  namespaces: readonly NamespaceSpec[],
  reading: Reading,
): void {
  const created = namespaces.some((namespace) => namespace.name === name && namespace.create);
  if (created) {
    reading.report(path, `there is no ${what} in ${quote(name)}: the run creates that namespace empty`);
  }
}
