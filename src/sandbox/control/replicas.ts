/** ReplicaSets: as many pods as wanted. */
import { deleteObject } from '../api/deletion.ts';
import { pods as podResource } from '../api/kinds/core.ts';
import type { JsonObject, Known, Pod } from '../api/object.ts';
import { same } from '../api/object.ts';
import { Refusal } from '../api/refusal.ts';
import { labelSelector } from '../api/selectors.ts';
import type { ControlContext } from './context.ts';
import { coalescedKeys } from './later.ts';

type ReplicaSet = Known['replicasets.apps'];

const SOURCE = { component: 'replicaset-controller' };
/** After a pod that was refused; longer each time, as client-go's rate limiter has it. */
const RETRY_MS = { first: 5, last: 5000 };
/** Pods made in one go; the rest follows when these are stored. */
const BURST = 100;

const isOver = ({ status }: Pod): boolean => ['Succeeded', 'Failed'].includes(status?.phase ?? '');
export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

const controllerOf = ({ metadata }: Pod) => metadata.ownerReferences?.find((owner) => owner.controller);

function newPod({ metadata, spec }: ReplicaSet): JsonObject {
  const { name, uid } = metadata;
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const template = spec?.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template?.metadata, generateName: `${name}-`, ownerReferences: [owner] },
    spec: template?.spec,
  } as unknown as JsonObject;
}

export function controlReplicaSets(context: ControlContext): void {
  const { rest, store, record } = context;

  /** Takes in a matching pod that has no controller, as the real one does. */
  const adopt = (set: ReplicaSet, pod: Pod): void => {
    const { name, uid } = set.metadata;
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const ownerReferences = [...(pod.metadata.ownerReferences ?? []), owner];
    store.replace('pods', { ...pod, metadata: { ...pod.metadata, ownerReferences } });
  };

  const create = (set: ReplicaSet): boolean => {
    const { namespace = '' } = set.metadata;
    try {
      const { object } = rest.create(podResource, namespace, newPod(set));
      record(set, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${object.metadata.name}`,
        source: SOURCE,
      });
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record(set, {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${error.message}`,
        source: SOURCE,
      });
      return false;
    }
  };

  const refusals = new Map<string, number>();
  const retry = ({ metadata: { namespace = '', name, uid } }: ReplicaSet): void => {
    const before = refusals.get(uid) ?? 0;
    refusals.set(uid, before + 1);
    const after = Math.min(RETRY_MS.first * 2 ** before, RETRY_MS.last);
    setTimeout(() => soon(`${namespace}/${name}`), after);
  };

  /** Not yet running first, then the youngest. */
  const surplus = (pods: readonly Pod[], count: number): Pod[] =>
    pods
      .toSorted(
        (a, b) =>
          Number(isReady(a)) - Number(isReady(b)) ||
          b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
      )
      .slice(0, count);

  const reconcile = (set: ReplicaSet): void => {
    const { namespace = '', uid } = set.metadata;
    const selects = labelSelector(set.spec?.selector);
    const matching = store
      .list('pods', namespace)
      .filter((pod) => selects(pod.metadata.labels) && !pod.metadata.deletionTimestamp && !isOver(pod));
    for (const pod of matching) if (!controllerOf(pod)) adopt(set, pod);
    const own = matching.filter((pod) => (controllerOf(pod)?.uid ?? uid) === uid);
    const wanted = set.spec?.replicas ?? 1;
    for (let missing = Math.min(BURST, wanted - own.length); missing > 0; missing--)
      if (!create(set)) {
        retry(set);
        break;
      }
    if (own.length >= wanted) refusals.delete(uid);
    for (const pod of surplus(own, own.length - wanted > 0 ? own.length - wanted : 0))
      deleteObject(rest, podResource, namespace, pod.metadata.name, {
        preconditions: { uid: pod.metadata.uid },
      });
    const ready = own.filter(isReady).length;
    const status = {
      replicas: own.length,
      fullyLabeledReplicas: own.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata.generation ?? 1,
    };
    if (!same(status, set.status)) store.replace('replicasets.apps', { ...set, status });
  };

  const soon = coalescedKeys((keys) => {
    for (const key of keys) {
      const [namespace = '', name = ''] = key.split('/');
      const set = store.get('replicasets.apps', namespace, name);
      if (set && !set.metadata.deletionTimestamp) reconcile(set);
    }
  });
  store.subscribe('replicasets.apps', ({ type, revision: { object } }) => {
    if (type === 'DELETED') refusals.delete(object.metadata.uid);
    else soon(`${object.metadata.namespace}/${object.metadata.name}`);
  });
  store.subscribe('pods', ({ revision: { object } }) => {
    const owner = controllerOf(object);
    if (owner?.kind === 'ReplicaSet') soon(`${object.metadata.namespace}/${owner.name}`);
    if (owner) return;
    for (const set of store.list('replicasets.apps', object.metadata.namespace))
      if (labelSelector(set.spec?.selector)(object.metadata.labels))
        soon(`${set.metadata.namespace}/${set.metadata.name}`);
  });
}
