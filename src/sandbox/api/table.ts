/** What `kubectl get` prints: rows made by the server. */
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** `PartialObjectMetadata`. */
export const partial = ({ metadata }: KubeObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

export function table(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: object,
  options: { readonly include: IncludeObject; readonly now: number; readonly headers: boolean },
): object {
  const whole = (object: KubeObject) => (resource.view ? resource.view.fromStored(object) : object);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: options.headers
      ? resource.columns.map(({ name, type, format = '', description, priority }) => ({
          name,
          type,
          format,
          description,
          priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: resource.columns.map((column) => column.cell(object, options.now)),
      ...(options.include === 'None'
        ? {}
        : { object: options.include === 'Object' ? whole(object) : partial(object) }),
    })),
  };
}
