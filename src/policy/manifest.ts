/** Objects of the Kubernetes API whose kind is yet to be looked at. */
import type { V1ObjectMeta } from '../cluster/types.ts';
import type { Labels } from '../model/selector.ts';

/** As on the wire, with no more looked at than this. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: V1ObjectMeta & { readonly name: string };
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
  return isNamed(metadata) ? [{ ...rest, apiVersion, kind, metadata }] : [];
}

function isNamed(metadata: unknown): metadata is Manifest['metadata'] {
  if (typeof metadata !== 'object' || metadata === null) return false;
  const { name, namespace } = metadata as Record<string, unknown>;
  return typeof name === 'string' && (namespace === undefined || typeof namespace === 'string');
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

/** What stands in a manifest where a list should be; throws if it is none. */
export function listOf<Item>(value: readonly Item[] | null | undefined): readonly Item[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value as readonly Item[];
}

/** The same for what should be a map. */
export function mapOf<Map extends object>(value: Map | null | undefined): Partial<Map> {
  if (value == null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new TypeError('no map');
  return value;
}

/** The same for a list of texts. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value as readonly unknown[]).map(textOf);
}

/** The same for labels. */
export function labelsOf(value: unknown): Labels {
  const entries: readonly [string, unknown][] = Object.entries(mapOf(value as object));
  return Object.fromEntries(entries.map(([key, text]) => [key, textOf(text)]));
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}
