/** Deployments: one ReplicaSet per pod template; the newest has all replicas, the others none. */
import { createHash } from 'node:crypto';
import { type Known, same, timestamp } from '../api/object.ts';
import type { ControlContext } from './context.ts';
import { coalescedKeys } from './later.ts';

type Deployment = Known['deployments.apps'];
type ReplicaSet = Known['replicasets.apps'];

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

const templateHash = ({ spec }: Deployment): string =>
  createHash('sha256').update(JSON.stringify(spec?.template)).digest('hex').slice(0, 10);

function newSet(deployment: Deployment, hash: string, revision: number): ReplicaSet {
  const { name, namespace = '', uid } = deployment.metadata;
  const { template, selector, replicas = 1 } = deployment.spec ?? { template: {}, selector: {} };
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true, blockOwnerDeletion: true },
      ],
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      generation: 1,
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

const scaled = (set: ReplicaSet, replicas: number): ReplicaSet => ({
  ...set,
  metadata: { ...set.metadata, generation: (set.metadata.generation ?? 0) + 1 },
  spec: { ...set.spec, selector: set.spec?.selector ?? {}, replicas },
});

function statusOf(deployment: Deployment, sets: readonly ReplicaSet[], current: ReplicaSet, now: string) {
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
    sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const wanted = deployment.spec?.replicas ?? 1;
  const available = sum('availableReplicas');
  const enough = available >= wanted;
  const before = deployment.status?.conditions?.find((one) => one.type === 'Available');
  const status = enough ? 'True' : 'False';
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum('replicas'),
    updatedReplicas: current.status?.replicas ?? 0,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
    conditions: [
      {
        type: 'Available',
        status,
        reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
        lastUpdateTime: before?.status === status ? (before.lastUpdateTime ?? now) : now,
        lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
      },
    ],
  };
}

export function controlDeployments({ store, record, now }: ControlContext): void {
  const ownSets = ({ metadata }: Deployment): ReplicaSet[] =>
    store
      .list('replicasets.apps', metadata.namespace)
      .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === metadata.uid));

  const scale = (deployment: Deployment, set: ReplicaSet, replicas: number): void => {
    if (set.spec?.replicas === replicas) return;
    store.replace('replicasets.apps', scaled(set, replicas));
    const direction = replicas > (set.spec?.replicas ?? 0) ? 'up' : 'down';
    record(deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${direction} replica set ${set.metadata.name} from ${set.spec?.replicas ?? 0} to ${replicas}`,
      source: { component: 'deployment-controller' },
    });
  };

  const reconcile = (deployment: Deployment): void => {
    const hash = templateHash(deployment);
    const sets = ownSets(deployment);
    const wanted = deployment.spec?.replicas ?? 1;
    const found = sets.find((set) => set.metadata.labels?.[HASH] === hash);
    const current = found ?? store.create('replicasets.apps', newSet(deployment, hash, sets.length + 1));
    if (!current) return;
    scale(deployment, current, wanted);
    const enough = (current.status?.availableReplicas ?? 0) >= wanted;
    // The old pods go when the new ones serve.
    for (const old of sets) if (old !== found && enough) scale(deployment, old, 0);
    const status = statusOf(deployment, ownSets(deployment), current, timestamp(now()));
    if (!same(status, deployment.status)) store.replace('deployments.apps', { ...deployment, status });
  };

  const soon = coalescedKeys((keys) => {
    for (const key of keys) {
      const [namespace = '', name = ''] = key.split('/');
      const deployment = store.get('deployments.apps', namespace, name);
      if (deployment && !deployment.metadata.deletionTimestamp) reconcile(deployment);
    }
  });
  store.subscribe('deployments.apps', ({ type, revision: { object } }) => {
    if (type !== 'DELETED') soon(`${object.metadata.namespace}/${object.metadata.name}`);
  });
  store.subscribe('replicasets.apps', ({ revision: { object } }) => {
    const owner = object.metadata.ownerReferences?.find((one) => one.kind === 'Deployment');
    if (owner) soon(`${object.metadata.namespace}/${owner.name}`);
  });
}
