/** What every namespace gets soon after it came, and how it goes: its contents first. */
import { deleteObject } from '../api/deletion.ts';
import type { KubeObject, Namespace } from '../api/object.ts';
import { namespacedStores, resourceOfStore } from '../api/resources.ts';
import { coalescedKeys } from './later.ts';
import type { ControlContext } from './context.ts';

/** As on a real cluster a new namespace is for a moment without its default service account, and takes no pods. */
const FURNISH_AFTER_MS = 10;

const newMeta = (namespace: string, name: string): KubeObject['metadata'] => ({
  name,
  namespace,
  uid: '',
  resourceVersion: '',
  creationTimestamp: '',
});

const isLeaving = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

function furnish({ store }: ControlContext, namespace: string, ca: string): void {
  const found = store.get('namespaces', '', namespace);
  if (!found || isLeaving(found)) return;
  store.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: newMeta(namespace, 'default'),
  });
  store.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: newMeta(namespace, 'kube-root-ca.crt'),
    data: { 'ca.crt': ca },
  });
}

function empty({ rest, store }: ControlContext, namespace: Namespace): void {
  const { name, uid } = namespace.metadata;
  for (const kept of namespacedStores)
    for (const { object } of store.revisions(kept, name))
      if (!isLeaving(object)) deleteObject(rest, resourceOfStore(kept), name, object.metadata.name);
  const left = namespacedStores.some((kept) => store.revisions(kept, name).length > 0);
  if (!left) store.remove('namespaces', '', name, uid);
}

/** Those that are there already are furnished at once. */
export function controlNamespaces(context: ControlContext, ca: string): void {
  const { store } = context;
  for (const { metadata } of store.list('namespaces')) furnish(context, metadata.name, ca);
  const finish = coalescedKeys((names) => {
    for (const name of names) {
      const namespace = store.get('namespaces', '', name);
      if (namespace && isLeaving(namespace)) empty(context, namespace);
    }
  });
  store.subscribe('namespaces', ({ type, revision: { object } }) => {
    if (type === 'ADDED') setTimeout(() => furnish(context, object.metadata.name, ca), FURNISH_AFTER_MS);
    if (type === 'MODIFIED' && isLeaving(object)) finish(object.metadata.name);
  });
  for (const kept of namespacedStores)
    store.subscribe(kept, ({ type, revision }) => {
      const namespace = revision.object.metadata.namespace ?? '';
      const owner = type === 'DELETED' ? store.get('namespaces', '', namespace) : undefined;
      if (owner && isLeaving(owner)) finish(namespace);
    });
}
