/** Objects of the Kubernetes API whose kind is yet to be looked at. */
import type { V1ObjectMeta } from '../cluster/types.ts';

/** As on the wire, with no more looked at than this. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: V1ObjectMeta;
  readonly spec?: unknown;
}

/** A list of a kind, as the API answers it, stands for its items; what is no object for nothing. */
export function manifestsIn(object: unknown, common: object = {}): readonly Manifest[] {
  if (typeof object !== 'object' || object === null) return [];
  const { apiVersion, kind, metadata, items, ...rest } = { ...common, ...object } as Record<string, unknown>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  if (kind.endsWith('List') && Array.isArray(items)) {
    // The items of the API's own lists don't repeat what they are.
    const inherited = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    return items.flatMap((item) => manifestsIn(item, inherited));
  }
  if (typeof metadata !== 'object' || metadata === null) return [];
  return [{ ...rest, apiVersion, kind, metadata }];
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

export function nameOf({ kind, metadata: { name, namespace } }: Manifest): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** Manifests are written by people: whatever shape one has, reading goes on, with a note. */
export function readable<From, To>(
  manifest: Manifest,
  make: (object: From) => To,
  notes: string[],
): readonly To[] {
  try {
    return [make(manifest as From)];
  } catch {
    notes.push(`${nameOf(manifest)} is left out: it has not the form of its kind`);
    return [];
  }
}
