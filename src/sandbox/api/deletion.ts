/** Deleting: preconditions, a pod's grace, a namespace's end, finalizers, and what happens to dependants. */
import { namespacedStores } from './resources.ts';
import { type KubeObject, type Pod, timestamp } from './object.ts';
import { conflict, forbidden } from './refusal.ts';
import { type Resource, storeName } from './resource.ts';
import type { Rest } from './rest.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly dryRun?: readonly string[];
}

export interface Deleted {
  readonly object: KubeObject;
  /** False while the object still exists, on its way out. */
  readonly gone: boolean;
}

const IMMORTAL = ['default', 'kube-system', 'kube-public'];

function checkPreconditions(resource: Resource, object: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      resource,
      metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      resource,
      metadata.name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`,
    );
}

/** A pod that no kubelet holds, or that is over, goes at once. */
function graceOf(pod: Pod, options: DeleteOptions): number {
  const over = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
  if (!pod.spec.nodeName || over) return 0;
  const wanted = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return wanted < 0 ? 1 : wanted;
}

const marked = (object: KubeObject, now: number, grace: number): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    deletionTimestamp: timestamp(now + grace * 1000),
    deletionGracePeriodSeconds: grace,
  },
});

function markPod(rest: Rest, pod: Pod, options: DeleteOptions): Deleted {
  const { store, now } = rest.context;
  const grace = graceOf(pod, options);
  const finalizers = pod.metadata.finalizers ?? [];
  const before = pod.metadata.deletionGracePeriodSeconds ?? Infinity;
  if (grace === 0 && finalizers.length === 0) return remove(rest, 'pods', pod);
  if (pod.metadata.deletionTimestamp && grace >= before) return { object: pod, gone: false };
  return { object: store.replace('pods', marked(pod, now(), grace)) ?? pod, gone: false };
}

function markNamespace(rest: Rest, resource: Resource, namespace: KubeObject): Deleted {
  if (IMMORTAL.includes(namespace.metadata.name))
    throw forbidden(resource, namespace.metadata.name, 'this namespace may not be deleted');
  if (namespace.metadata.deletionTimestamp) return { object: namespace, gone: false };
  const { store, now } = rest.context;
  const { deletionGracePeriodSeconds: _grace, ...metadata } = marked(namespace, now(), 0).metadata;
  const next = { ...namespace, metadata, status: { phase: 'Terminating' } };
  return { object: store.replace('namespaces', next) ?? namespace, gone: false };
}

function remove(rest: Rest, store: string, object: KubeObject): Deleted {
  const { namespace = '', name, uid } = object.metadata;
  return { object: rest.context.store.remove(store, namespace, name, uid) ?? object, gone: true };
}

/** Takes the owner out of its dependants, so that garbage collection leaves them. */
function orphan(rest: Rest, owner: KubeObject): void {
  const { store } = rest.context;
  for (const name of namespacedStores)
    for (const { object } of store.revisions(name)) {
      const owners = object.metadata.ownerReferences;
      if (!owners?.some((one) => one.uid === owner.metadata.uid)) continue;
      const ownerReferences = owners.filter((one) => one.uid !== owner.metadata.uid);
      store.replace(name, { ...object, metadata: { ...object.metadata, ownerReferences } });
    }
}

/** Throws 404, 409 or 403. */
export function deleteObject(
  rest: Rest,
  resource: Resource,
  namespace: string,
  name: string,
  options: DeleteOptions = {},
): Deleted {
  const { object } = rest.get(resource, namespace, name);
  checkPreconditions(resource, object, options);
  if (options.dryRun?.includes('All')) return { object, gone: true };
  if (options.propagationPolicy === 'Orphan' || options.orphanDependents) orphan(rest, object);
  const store = storeName(resource);
  if (store === 'pods') return markPod(rest, object as unknown as Pod, options);
  if (store === 'namespaces') return markNamespace(rest, resource, object);
  if (!object.metadata.finalizers?.length) return remove(rest, store, object);
  if (object.metadata.deletionTimestamp) return { object, gone: false };
  const next = marked(object, rest.context.now(), 0);
  return { object: rest.context.store.replace(store, next) ?? object, gone: false };
}
