/** Builds a Resource from what is special about it. */
import { duration } from '../duration.ts';
import type { KubeObject } from '../object.ts';
import type { Column, Resource } from '../resource.ts';
import { dnsSubdomain } from '../validation/names.ts';

type Optional =
  | 'group'
  | 'version'
  | 'plural'
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'namespaced'
  | 'model'
  | 'verbs'
  | 'hasStatus'
  | 'subresources'
  | 'hasGeneration'
  | 'name'
  | 'defaults'
  | 'initialStatus'
  | 'validate'
  | 'validateUpdate'
  | 'fields'
  | 'fieldNames'
  | 'columns';
export type Definition = Omit<Resource, Optional> & Partial<Pick<Resource, Optional>>;

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

type Cell<T> = (object: T, now: number) => unknown;

/** A column over objects of one type; the caller knows that its resource holds nothing else. */
export const column = <T = KubeObject>(
  name: string,
  cell: Cell<T>,
  options: { readonly wide?: boolean; readonly type?: Column['type'] } = {},
): Column => ({
  name,
  type: options.type ?? 'string',
  priority: options.wide ? 1 : 0,
  description: name,
  cell: cell as Cell<unknown> as Column['cell'],
});

export const nameColumn: Column = {
  ...column('Name', ({ metadata }) => metadata.name),
  format: 'name',
};

/** Time since a timestamp, as kubectl shows it. */
export const age = (since: string | undefined, now: number): string =>
  since ? duration(now - Date.parse(since)) : '<unknown>';

export const ageColumn = column('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now));

export const joined = (values: readonly string[] | undefined): string =>
  values?.length ? values.join(',') : '<none>';

export const define = (definition: Definition): Resource => {
  const singular = definition.singular ?? definition.kind.toLowerCase();
  return {
    group: '',
    version: 'v1',
    plural: `${singular}s`,
    singular,
    shortNames: [],
    categories: [],
    namespaced: true,
    model: `V1${definition.kind}`,
    verbs: VERBS,
    hasStatus: false,
    subresources: [],
    hasGeneration: false,
    name: dnsSubdomain,
    defaults: (object) => object,
    initialStatus: () => undefined,
    validate: () => [],
    validateUpdate: () => [],
    fields: () => ({}),
    fieldNames: [],
    columns: [nameColumn, ageColumn],
    ...definition,
  };
};

/** Applies a function over one type where a Resource asks for one over any object. */
export const typed =
  <T, R>(work: (object: T) => R) =>
  (object: KubeObject): R =>
    work(object as unknown as T);

export const typedPair =
  <T, R>(work: (next: T, old: T) => R) =>
  (next: KubeObject, old: KubeObject): R =>
    work(next as unknown as T, old as unknown as T);

/** The same for functions that give the object back. */
export const typedSame =
  <T>(work: (object: T) => T) =>
  (object: KubeObject): KubeObject =>
    work(object as unknown as T) as unknown as KubeObject;
