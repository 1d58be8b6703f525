/** The core group. */
import type { Known, Namespace, Node, Pod, Service } from '../object.ts';
import { defaultPod, initialPodStatus } from '../pod-defaults.ts';
import type { Resource } from '../resource.ts';
import { required } from '../validation/field.ts';
import { checkImmutable } from '../validation/meta.ts';
import { dns1035Label, dnsLabel } from '../validation/names.ts';
import { checkPodSpec, checkPodUpdate } from '../validation/pod.ts';
import { checkService, checkServiceUpdate, defaultService } from '../validation/service.ts';
import { age, ageColumn, column, define, joined, nameColumn, typed, typedPair, typedSame } from './define.ts';
import { podColumns } from './pod-columns.ts';

export const pods: Resource = define({
  kind: 'Pod',
  shortNames: ['po'],
  categories: ['all'],
  hasStatus: true,
  hasGeneration: true,
  subresources: [
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'eviction', kind: 'Eviction', verbs: ['create'] },
  ],
  defaults: typedSame(defaultPod),
  initialStatus: typed(initialPodStatus),
  validate: typed((pod: Pod) => checkPodSpec(pod.spec, 'spec')),
  validateUpdate: typedPair(checkPodUpdate),
  fieldNames: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  fields: typed(({ spec, status }: Pod) => ({
    'spec.nodeName': spec.nodeName ?? '',
    'spec.restartPolicy': spec.restartPolicy ?? '',
    'spec.schedulerName': spec.schedulerName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? '',
    'spec.hostNetwork': String(spec.hostNetwork ?? false),
    'status.phase': status?.phase ?? '',
    'status.podIP': status?.podIP ?? '',
    'status.nominatedNodeName': status?.nominatedNodeName ?? '',
  })),
  columns: podColumns,
});

export const namespaces: Resource = define({
  kind: 'Namespace',
  shortNames: ['ns'],
  namespaced: false,
  hasStatus: true,
  name: dnsLabel,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  defaults: typedSame((namespace: Namespace) => ({
    ...namespace,
    metadata: {
      ...namespace.metadata,
      labels: { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name },
    },
    spec: { finalizers: namespace.spec?.finalizers ?? ['kubernetes'] },
  })),
  initialStatus: () => ({ phase: 'Active' }),
  fieldNames: ['status.phase'],
  fields: typed(({ status }: Namespace) => ({ 'status.phase': status?.phase ?? '' })),
  columns: [nameColumn, column<Namespace>('Status', ({ status }) => status?.phase ?? ''), ageColumn],
});

const nodeAddress = ({ status }: Node, type: string): string =>
  status?.addresses?.find((one) => one.type === type)?.address ?? '<none>';

function nodeRoles({ metadata }: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return joined(roles.map((key) => key.slice(prefix.length)));
}

function nodeState({ spec, status }: Node): string {
  const ready = status?.conditions?.find((one) => one.type === 'Ready')?.status;
  const state = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${state},SchedulingDisabled` : state;
}

export const nodes: Resource = define({
  kind: 'Node',
  shortNames: ['no'],
  namespaced: false,
  hasStatus: true,
  fieldNames: ['spec.unschedulable'],
  fields: typed(({ spec }: Node) => ({ 'spec.unschedulable': String(spec?.unschedulable ?? false) })),
  columns: [
    nameColumn,
    column<Node>('Status', nodeState),
    column<Node>('Roles', nodeRoles),
    ageColumn,
    column<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    column<Node>('Internal-IP', (node) => nodeAddress(node, 'InternalIP'), { wide: true }),
    column<Node>('External-IP', (node) => nodeAddress(node, 'ExternalIP'), { wide: true }),
    column<Node>('OS-Image', ({ status }) => status?.nodeInfo?.osImage ?? '', { wide: true }),
    column<Node>('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion ?? '', { wide: true }),
    column<Node>('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion ?? '', {
      wide: true,
    }),
  ],
});

const selectorText = (selector: Readonly<Record<string, string>> | undefined): string =>
  joined(Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`));

export const services: Resource = define({
  kind: 'Service',
  shortNames: ['svc'],
  categories: ['all'],
  hasStatus: true,
  name: dns1035Label,
  defaults: typedSame(defaultService),
  initialStatus: () => ({ loadBalancer: {} }),
  validate: typed(checkService),
  validateUpdate: typedPair(checkServiceUpdate),
  fieldNames: ['spec.clusterIP', 'spec.type'],
  fields: typed(({ spec }: Service) => ({
    'spec.clusterIP': spec?.clusterIP ?? '',
    'spec.type': spec?.type ?? '',
  })),
  columns: [
    nameColumn,
    column<Service>('Type', ({ spec }) => spec?.type ?? ''),
    column<Service>('Cluster-IP', ({ spec }) => spec?.clusterIP ?? '<none>'),
    column<Service>('External-IP', ({ spec }) => spec?.externalName ?? joined(spec?.externalIPs)),
    column<Service>('Port(s)', ({ spec }) =>
      joined((spec?.ports ?? []).map((one) => `${one.port}/${one.protocol}`)),
    ),
    ageColumn,
    column<Service>('Selector', ({ spec }) => selectorText(spec?.selector), { wide: true }),
  ],
});

type Endpoints = Known['endpoints'];
export const endpoints: Resource = define({
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  columns: [
    nameColumn,
    column<Endpoints>('Endpoints', ({ subsets }) =>
      joined(
        (subsets ?? []).flatMap(({ addresses, ports }) =>
          (addresses ?? []).flatMap(({ ip }) => (ports ?? []).map(({ port }) => `${ip}:${port}`)),
        ),
      ),
    ),
    ageColumn,
  ],
});

type Data = { readonly data?: object; readonly binaryData?: object };
const count = ({ data, binaryData }: Data): number =>
  Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length;

type MaybeImmutable = Known['configmaps'] | Known['secrets'];
const checkData = (next: MaybeImmutable, old: MaybeImmutable) =>
  old.immutable
    ? [
        ...checkImmutable(next.immutable, true, 'immutable'),
        ...checkImmutable(next.data, old.data, 'data'),
      ].map((error) => ({
        ...error,
        reason: 'FieldValueForbidden',
        text: 'Forbidden: field is immutable when `immutable` is set',
      }))
    : [];

export const configmaps: Resource = define({
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  validateUpdate: typedPair(checkData),
  columns: [nameColumn, column<Data>('Data', count, { type: 'integer' }), ageColumn],
});

type Secret = Known['secrets'];
/** stringData is for writing only. */
function defaultSecret({ stringData, ...secret }: Secret): Secret {
  const added = Object.entries(stringData ?? {}).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  return {
    ...secret,
    type: secret.type ?? 'Opaque',
    ...(added.length > 0 ? { data: { ...secret.data, ...Object.fromEntries(added) } } : {}),
  };
}

export const secrets: Resource = define({
  kind: 'Secret',
  defaults: typedSame(defaultSecret),
  validateUpdate: typedPair((next: Secret, old: Secret) => [
    ...checkData(next, old),
    ...checkImmutable(next.type, old.type, 'type'),
  ]),
  fieldNames: ['type'],
  fields: typed(({ type }: Secret) => ({ type: type ?? '' })),
  columns: [
    nameColumn,
    column<Secret>('Type', ({ type }) => type ?? ''),
    column<Data>('Data', count, { type: 'integer' }),
    ageColumn,
  ],
});

export const serviceaccounts: Resource = define({
  kind: 'ServiceAccount',
  shortNames: ['sa'],
  columns: [
    nameColumn,
    column<Known['serviceaccounts']>('Secrets', (one) => one.secrets?.length ?? 0, { type: 'integer' }),
    ageColumn,
  ],
});

type Event = Known['events'];
const lastSeen = (event: Event, now: number): string =>
  age(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp, now);

export const eventFields = (event: Event): Record<string, string> => ({
  'involvedObject.kind': event.involvedObject?.kind ?? '',
  'involvedObject.namespace': event.involvedObject?.namespace ?? '',
  'involvedObject.name': event.involvedObject?.name ?? '',
  'involvedObject.uid': event.involvedObject?.uid ?? '',
  'involvedObject.apiVersion': event.involvedObject?.apiVersion ?? '',
  'involvedObject.resourceVersion': event.involvedObject?.resourceVersion ?? '',
  'involvedObject.fieldPath': event.involvedObject?.fieldPath ?? '',
  reason: event.reason ?? '',
  reportingComponent: event.reportingComponent ?? '',
  source: event.source?.component || event.reportingComponent || '',
  type: event.type ?? '',
});

const EVENT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
  (name) => `involvedObject.${name}`,
);

export const events: Resource = define({
  kind: 'Event',
  model: 'CoreV1Event',
  shortNames: ['ev'],
  validate: typed((event: Event) => (event.involvedObject ? [] : [required('involvedObject')])),
  fieldNames: [...EVENT_FIELDS, 'reason', 'reportingComponent', 'source', 'type'],
  fields: typed(eventFields),
  columns: [
    column<Event>('Last Seen', lastSeen),
    column<Event>('Type', ({ type }) => type ?? ''),
    column<Event>('Reason', ({ reason }) => reason ?? ''),
    column<Event>('Object', ({ involvedObject: { kind, name } }) => `${kind?.toLowerCase()}/${name}`),
    column<Event>('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', { wide: true }),
    column<Event>('Source', ({ source }) => [source?.component, source?.host].filter(Boolean).join(', '), {
      wide: true,
    }),
    column<Event>('Message', ({ message }) => message?.trim() ?? ''),
    column<Event>('First Seen', (event, now) => age(event.firstTimestamp ?? event.eventTime, now), {
      wide: true,
    }),
    column<Event>('Count', ({ count: times }) => times ?? 1, { wide: true, type: 'integer' }),
    { ...column<Event>('Name', ({ metadata }) => metadata.name, { wide: true }), format: 'name' },
  ],
});

const list = (value: Readonly<Record<string, string>> | undefined, used?: Readonly<Record<string, string>>) =>
  Object.entries(value ?? {})
    .map(([key, hard]) => `${key}: ${used?.[key] ?? 0}/${hard}`)
    .join(', ');

type Quota = Known['resourcequotas'];
export const resourcequotas: Resource = define({
  kind: 'ResourceQuota',
  shortNames: ['quota'],
  hasStatus: true,
  initialStatus: () => ({}),
  columns: [
    nameColumn,
    column<Quota>('Request', ({ spec, status }) => list(spec?.hard, status?.used)),
    ageColumn,
  ],
});

export const limitranges: Resource = define({
  kind: 'LimitRange',
  shortNames: ['limits'],
  columns: [nameColumn, column('Created At', ({ metadata }) => metadata.creationTimestamp)],
});
