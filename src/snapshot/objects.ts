/** A manifest file's text → the objects in it, each with its line: several documents, Lists, JSON. */
import type { Issue, Position } from '../model/errors.ts';
import { type Document, parseYaml, type Value } from '../scenario/yaml.ts';
import { isMap } from './keep.ts';

export interface FileObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly where: Position;
  /** Place of a value in it. */
  readonly document: Document;
}

export interface FileObjects {
  readonly objects: readonly FileObject[];
  /** Why the file, or a part of it, could not be read. */
  readonly issues: readonly Issue[];
}

/** An export of ten thousand pods has a million values and more; a YAML bomb far more. */
const MAX_VALUES = 20_000_000;

/** Documents that are no Kubernetes objects (Helm values, kustomizations' patches) are passed over. */
export function parseObjects(text: string, file: string): FileObjects {
  const { documents, issues, duplicates } = parseYaml(text, file, '1.1', MAX_VALUES);
  const objects = documents.flatMap(itemsOf).flatMap((document) => objectOf(document) ?? []);
  return { objects, issues: [...issues, ...duplicates] };
}

/** `kubectl get -o yaml` writes a List of kind `List`, an API server a `PodList` whose items have no kind. */
function itemsOf(document: Document): Document[] {
  const list = document.value;
  if (!isMap(list) || typeof list['kind'] !== 'string' || !list['kind'].endsWith('List')) return [document];
  const items: unknown = list['items'];
  if (!Array.isArray(items)) return [document];
  const kind = list['kind'].slice(0, -'List'.length);
  const implied = kind === '' ? {} : { apiVersion: list['apiVersion'], kind };
  return (items as readonly Value[]).map((item, index) => ({
    value: isMap(item) ? ({ ...implied, ...item } as Value) : item,
    at: (path, part, within) => document.at(['items', index, ...path], part, within),
  }));
}

function objectOf(document: Document): FileObject | undefined {
  const { value } = document;
  if (!isMap(value)) return undefined;
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  return { apiVersion, kind, value, where: document.at([]), document };
}
