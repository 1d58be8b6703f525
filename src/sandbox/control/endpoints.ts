/** EndpointSlices and Endpoints of Services with a selector. */
import { createHash } from 'node:crypto';
import type { V1ServicePort } from '@kubernetes/client-node';
import { type EndpointSlice, type Known, type Pod, type Service, type Wire, same } from '../api/object.ts';
import { mapSelector } from '../api/selectors.ts';
import type { ControlContext } from './context.ts';
import { coalescedKeys } from './later.ts';

type Endpoint = EndpointSlice['endpoints'][number];

interface SlicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

export const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const CONTROLLER = 'endpointslice-controller.k8s.io';

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
const isOver = ({ status }: Pod): boolean => ['Succeeded', 'Failed'].includes(status?.phase ?? '');

/** A named target port is whatever number this pod gives the name. */
function targetPort(port: Wire<V1ServicePort>, pod: Pod): number | undefined {
  if (typeof port.targetPort !== 'string') return port.targetPort ?? port.port;
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((one) => one.name === port.targetPort && one.protocol === port.protocol)?.containerPort;
}

const slicePorts = (service: Service, pod: Pod): SlicePort[] =>
  (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    return number === undefined
      ? []
      : [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP' }];
  });

function endpoint(service: Service, pod: Pod): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  const hostname =
    pod.spec.hostname && pod.spec.subdomain === service.metadata.name ? { hostname: pod.spec.hostname } : {};
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: {
      ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...hostname,
    nodeName: pod.spec.nodeName ?? '',
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
  };
}

interface Group {
  readonly ports: readonly SlicePort[];
  readonly endpoints: Endpoint[];
}

/** Pods that resolve the Service's ports alike share a slice. */
function grouped(service: Service, pods: readonly Pod[]): Group[] {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    const ports = slicePorts(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpoint(service, pod));
    groups.set(key, group);
  }
  return groups.size > 0 ? [...groups.values()] : [{ ports: [], endpoints: [] }];
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 5);

function sliceOf(service: Service, { ports, endpoints }: Group): EndpointSlice {
  const { name, namespace = '', uid, labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${hash(uid + JSON.stringify(ports))}`,
      namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: {
        ...labels,
        [SERVICE_NAME]: name,
        [MANAGED_BY]: CONTROLLER,
        ...(service.spec?.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

function endpointsOf(service: Service, groups: readonly Group[]): Known['endpoints'] {
  const { name, namespace = '', labels } = service.metadata;
  const address = ({ addresses, targetRef, nodeName }: Endpoint) => ({
    ip: addresses[0] ?? '',
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  });
  const side = (key: 'addresses' | 'notReadyAddresses', list: readonly Endpoint[]) =>
    list.length > 0 ? { [key]: list.map(address) } : {};
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      ...(labels ? { labels } : {}),
    },
    subsets: groups
      .filter(({ endpoints }) => endpoints.length > 0)
      .map(({ ports, endpoints }) => ({
        ...side(
          'addresses',
          endpoints.filter((one) => one.conditions?.ready),
        ),
        ...side(
          'notReadyAddresses',
          endpoints.filter((one) => !one.conditions?.ready),
        ),
        ports,
      })),
  };
}

function reconcile({ store }: ControlContext, service: Service): void {
  const { name, namespace = '' } = service.metadata;
  const selects = mapSelector(service.spec?.selector);
  const pods = store
    .list('pods', namespace)
    .filter((pod) => selects(pod.metadata.labels) && pod.status?.podIP && !isOver(pod));
  const groups = grouped(service, pods);
  const wanted = new Map(
    groups.map((group) => sliceOf(service, group)).map((one) => [one.metadata.name, one]),
  );
  const present = store
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter(
      ({ metadata: { labels } }) => labels?.[SERVICE_NAME] === name && labels[MANAGED_BY] === CONTROLLER,
    );
  for (const slice of present) {
    const next = wanted.get(slice.metadata.name);
    wanted.delete(slice.metadata.name);
    const { uid } = slice.metadata;
    if (!next) store.remove('endpointslices.discovery.k8s.io', namespace, slice.metadata.name, uid);
    else if (!same([next.endpoints, next.ports], [slice.endpoints, slice.ports]))
      store.replace('endpointslices.discovery.k8s.io', {
        ...slice,
        endpoints: next.endpoints,
        ports: next.ports ?? [],
      });
  }
  for (const slice of wanted.values()) store.create('endpointslices.discovery.k8s.io', slice);
  const next = endpointsOf(service, groups);
  const old = store.get('endpoints', namespace, name);
  if (!old) store.create('endpoints', next);
  else if (!same(old.subsets, next.subsets))
    store.replace('endpoints', { ...old, subsets: next.subsets ?? [] });
}

export function controlEndpoints(context: ControlContext): void {
  const { store } = context;
  const soon = coalescedKeys((keys) => {
    for (const key of keys) {
      const [namespace = '', name = ''] = key.split('/');
      const service = store.get('services', namespace, name);
      if (service?.spec?.selector && service.spec.type !== 'ExternalName') reconcile(context, service);
    }
  });
  store.subscribe('services', ({ type, revision: { object } }) => {
    const { namespace = '', name } = object.metadata;
    if (type !== 'DELETED') return soon(`${namespace}/${name}`);
    const left = store.get('endpoints', namespace, name);
    if (left) store.remove('endpoints', namespace, name, left.metadata.uid);
  });
  store.subscribe('pods', ({ revision: { object }, previous }) => {
    const { namespace = '' } = object.metadata;
    for (const service of store.list('services', namespace)) {
      const selects = mapSelector(service.spec?.selector);
      if (selects(object.metadata.labels) || selects(previous?.object.metadata.labels))
        soon(`${namespace}/${service.metadata.name}`);
    }
  });
}
