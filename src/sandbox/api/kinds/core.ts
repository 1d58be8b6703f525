/** Pods, Services and what they stand on. */
import { isIP } from 'node:net';
import type { Known, Namespace, Node, Pod, Service } from '../object.ts';
import { defaultPod, initialPodStatus } from '../pod-defaults.ts';
import type { Resource } from '../resource.ts';
import { each, invalidValue } from '../validation/field.ts';
import { checkPort, dns1035Label, dnsLabel } from '../validation/names.ts';
import { checkPodSpec, checkPodUpdate } from '../validation/pod.ts';
import { checkService, checkServiceUpdate, defaultService } from '../validation/service.ts';
import { ageColumn, column, define, joined, nameColumn, typed, typedPair, typedSame } from './define.ts';
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
  validate: typed(({ subsets }: Endpoints) =>
    each(subsets, 'subsets', ({ addresses = [], notReadyAddresses = [], ports }, field) => [
      ...each([...addresses, ...notReadyAddresses], `${field}.addresses`, ({ ip }, at) =>
        isIP(ip ?? '') === 0 ? [invalidValue(`${at}.ip`, ip, 'must be a valid IP address')] : [],
      ),
      ...each(ports, `${field}.ports`, ({ port }, at) => checkPort(port, `${at}.port`)),
    ]),
  ),
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
