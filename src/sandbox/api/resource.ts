/** What makes one kind different from another: names, scope, defaults, validation, columns. */
import type { KubeObject } from './object.ts';
import type { Fields } from './selectors.ts';
import type { FieldError } from './validation/field.ts';
import type { NameCheck } from './validation/names.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly format?: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: 0 | 1;
  readonly description: string;
  readonly cell: (object: KubeObject, now: number) => unknown;
}

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Name of the client library's class with the fields of this kind. */
  readonly model: string;
  readonly verbs: readonly string[];
  readonly hasStatus: boolean;
  /** Further subresources that discovery lists, e.g. `log`. */
  readonly subresources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly verbs: readonly string[];
  }[];
  /** Counts changes of spec in metadata.generation. */
  readonly hasGeneration: boolean;
  readonly name: NameCheck;
  /** Fills in defaults of a new or changed object. */
  readonly defaults: (object: KubeObject) => KubeObject;
  /** Status of a new object, whatever the client sent; undefined for none. */
  readonly initialStatus: (object: KubeObject) => unknown;
  readonly validate: (object: KubeObject) => readonly FieldError[];
  readonly validateUpdate: (next: KubeObject, old: KubeObject) => readonly FieldError[];
  /** Selectable fields beside metadata.name and metadata.namespace. */
  readonly fields: (object: KubeObject) => Fields;
  readonly fieldNames: readonly string[];
  readonly columns: readonly Column[];
  /** Where objects are kept, if under another resource (events.k8s.io shows core events), and how they look here. */
  readonly view?: {
    readonly of: string;
    readonly toStored: (object: KubeObject) => KubeObject;
    readonly fromStored: (object: KubeObject) => KubeObject;
  };
}

/** `pods`, `networkpolicies.networking.k8s.io`: the store's name for a resource. */
export const storeName = (resource: Resource): string =>
  resource.view?.of ?? (resource.group ? `${resource.plural}.${resource.group}` : resource.plural);

export const groupVersion = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group ? `${group}/${version}` : version;
