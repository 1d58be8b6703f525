/** Workloads. Deployments and ReplicaSets run; the others are stored and readable only. */
import type { V1DaemonSet, V1Deployment, V1Job, V1ReplicaSet, V1StatefulSet } from '@kubernetes/client-node';
import { type KubeObject, type PodSpec, type Wire, isRecord } from '../object.ts';
import { defaultPodSpec } from '../pod-defaults.ts';
import type { Resource } from '../resource.ts';
import { labelSelector } from '../selectors.ts';
import { type FieldError, invalidValue, required } from '../validation/field.ts';
import { checkImmutable, checkLabels, checkSelector } from '../validation/meta.ts';
import { checkPodSpec } from '../validation/pod.ts';
import { ageColumn, column, define, joined, nameColumn, typed, typedPair } from './define.ts';

/** What every workload's spec has. */
type Workload = KubeObject & {
  readonly spec?: Wire<Pick<NonNullable<V1Deployment['spec']>, 'replicas' | 'selector' | 'template'>>;
};

const defaultTemplate = (object: KubeObject, extra: object): KubeObject => {
  const { spec } = object as Workload;
  const template = spec?.template;
  return {
    ...object,
    spec: {
      ...extra,
      ...spec,
      ...(template?.spec
        ? { template: { ...template, spec: defaultPodSpec(template.spec as PodSpec) } }
        : {}),
    },
  };
};

const checkTemplate = ({ spec }: Workload): FieldError[] => [
  ...checkLabels(spec?.template?.metadata?.labels, 'spec.template.labels'),
  ...checkPodSpec(spec?.template?.spec as PodSpec | undefined, 'spec.template.spec'),
];

function checkWorkload(object: Workload): FieldError[] {
  const { spec } = object;
  const selector = spec?.selector;
  const labels = spec?.template?.metadata?.labels;
  const empty =
    Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
  return [
    ...(selector ? checkSelector(selector, 'spec.selector') : [required('spec.selector')]),
    ...(selector && empty
      ? [
          invalidValue(
            'spec.selector',
            selector,
            `empty selector is invalid for ${object.kind.toLowerCase()}`,
          ),
        ]
      : []),
    ...(selector && !empty && !labelSelector(selector)(labels)
      ? [
          invalidValue(
            'spec.template.metadata.labels',
            labels ?? {},
            '`selector` does not match template `labels`',
          ),
        ]
      : []),
    ...((spec?.replicas ?? 0) < 0
      ? [invalidValue('spec.replicas', spec?.replicas, 'must be greater than or equal to 0')]
      : []),
    ...checkTemplate(object),
  ];
}

const checkWorkloadUpdate = (next: Workload, old: Workload): FieldError[] =>
  checkImmutable(next.spec?.selector, old.spec?.selector, 'spec.selector');

const containers = ({ spec }: Workload): string =>
  joined(spec?.template.spec?.containers.map((one) => one.name));
const images = ({ spec }: Workload): string =>
  joined(spec?.template.spec?.containers.map((one) => one.image ?? ''));
const selector = ({ spec }: Workload): string =>
  joined(Object.entries(spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`));

const wideColumns = [
  column<Workload>('Containers', containers, { wide: true }),
  column<Workload>('Images', images, { wide: true }),
  column<Workload>('Selector', selector, { wide: true }),
];

const statusCount = (object: KubeObject, field: string): number => {
  const value = isRecord(object.status) ? object.status[field] : undefined;
  return typeof value === 'number' ? value : 0;
};
const counted = (name: string, field: string) =>
  column(name, (object) => statusCount(object, field), { type: 'integer' as const });

const workload = {
  hasStatus: true,
  hasGeneration: true,
  initialStatus: () => ({ replicas: 0 }),
  categories: ['all'],
  validate: typed(checkWorkload),
  validateUpdate: typedPair(checkWorkloadUpdate),
};

const apps = { group: 'apps', ...workload };
const scalable = {
  ...apps,
  subresources: [{ name: 'scale', kind: 'Scale', verbs: ['get', 'patch', 'update'] }],
};

export const deployments: Resource = define({
  ...scalable,
  kind: 'Deployment',
  shortNames: ['deploy'],
  initialStatus: () => ({}),
  defaults: (object) =>
    defaultTemplate(object, {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    }),
  columns: [
    nameColumn,
    column<Wire<V1Deployment>>(
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ),
    counted('Up-to-date', 'updatedReplicas'),
    counted('Available', 'availableReplicas'),
    ageColumn,
    ...wideColumns,
  ],
});

export const replicasets: Resource = define({
  ...scalable,
  kind: 'ReplicaSet',
  shortNames: ['rs'],
  defaults: (object) => defaultTemplate(object, { replicas: 1 }),
  columns: [
    nameColumn,
    column<Wire<V1ReplicaSet>>('Desired', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
    counted('Current', 'replicas'),
    counted('Ready', 'readyReplicas'),
    ageColumn,
    ...wideColumns,
  ],
});

export const statefulsets: Resource = define({
  ...scalable,
  kind: 'StatefulSet',
  shortNames: ['sts'],
  defaults: (object) =>
    defaultTemplate(object, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
    }),
  columns: [
    nameColumn,
    column<Wire<V1StatefulSet>>(
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ),
    ageColumn,
    ...wideColumns.slice(0, 2),
  ],
});

export const daemonsets: Resource = define({
  ...apps,
  kind: 'DaemonSet',
  shortNames: ['ds'],
  initialStatus: () => ({
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  }),
  defaults: (object) =>
    defaultTemplate(object, {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    }),
  columns: [
    nameColumn,
    counted('Desired', 'desiredNumberScheduled'),
    counted('Current', 'currentNumberScheduled'),
    counted('Ready', 'numberReady'),
    counted('Up-to-date', 'updatedNumberScheduled'),
    counted('Available', 'numberAvailable'),
    column<Wire<V1DaemonSet>>('Node Selector', ({ spec }) =>
      joined(
        Object.entries(spec?.template.spec?.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`),
      ),
    ),
    ageColumn,
    ...wideColumns,
  ],
});

export const jobs: Resource = define({
  kind: 'Job',
  group: 'batch',
  categories: ['all'],
  hasStatus: true,
  hasGeneration: true,
  initialStatus: () => ({}),
  defaults: (object) =>
    defaultTemplate(object, { parallelism: 1, completions: 1, backoffLimit: 6, suspend: false }),
  validate: typed(checkTemplate),
  columns: [
    nameColumn,
    column('Status', () => 'Stored'),
    column<Wire<V1Job>>(
      'Completions',
      ({ spec, status }) => `${status?.succeeded ?? 0}/${spec?.completions ?? 1}`,
    ),
    ageColumn,
  ],
});

export const cronjobs: Resource = define({
  kind: 'CronJob',
  group: 'batch',
  shortNames: ['cj'],
  categories: ['all'],
  hasStatus: true,
  initialStatus: () => ({}),
});
