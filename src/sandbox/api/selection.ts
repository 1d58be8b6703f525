/** Which objects of a resource a list or a watch is about. */
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';

export interface Selection {
  readonly namespace: string | undefined;
  /** False if everything in the namespace is selected. */
  readonly filters: boolean;
  readonly selects: (object: KubeObject) => boolean;
}

/** Throws 400 for a selector that can't be read. */
export function selection(
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  name?: string,
): Selection {
  const labels = parseLabelSelector(query.get('labelSelector'));
  const selectable = new Set(['metadata.name', 'metadata.namespace', ...resource.fieldNames]);
  const fields = parseFieldSelector(query.get('fieldSelector'), selectable);
  const fieldsOf = (object: KubeObject) => ({
    ...resource.fields(object),
    'metadata.name': object.metadata.name,
    'metadata.namespace': object.metadata.namespace ?? '',
  });
  return {
    namespace,
    filters: labels !== undefined || fields !== undefined || name !== undefined,
    selects: (object) =>
      (namespace === undefined || (object.metadata.namespace ?? '') === namespace) &&
      (name === undefined || object.metadata.name === name) &&
      (labels?.(object.metadata.labels) ?? true) &&
      (fields?.(fieldsOf(object)) ?? true),
  };
}
