/** Keeps the network told of what decides forwarding, and cluster DNS of its names. */
import { type EndpointSlice, type Pod, type Service, same } from '../api/object.ts';
import type { Store } from '../api/store.ts';
import type { ForwardingPod, ForwardingService, ForwardingState, Network } from '../network/network.ts';
import { SERVICE_NAME } from './endpoints.ts';
import { coalesced } from './later.ts';
import { clusterNames } from './names.ts';

function forwardingPod({ metadata, spec, status }: Pod): ForwardingPod | undefined {
  const over = ['Succeeded', 'Failed'].includes(status?.phase ?? '');
  if (!status?.podIP || !spec.nodeName || over) return undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    node: spec.nodeName,
    ip: status.podIP,
    labels: metadata.labels ?? {},
    ports: spec.containers.flatMap((container) =>
      (container.ports ?? []).map(({ name, protocol = 'TCP', containerPort }) => ({
        ...(name ? { name } : {}),
        protocol,
        port: containerPort,
      })),
    ),
  };
}

type Slices = ReadonlyMap<string, readonly EndpointSlice[]>;

/** IPv4 slices by `namespace/service`. */
function slicesByService(store: Store): Slices {
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of store.list('endpointslices.discovery.k8s.io')) {
    const service = slice.metadata.labels?.[SERVICE_NAME];
    if (service === undefined || slice.addressType !== 'IPv4') continue;
    const key = `${slice.metadata.namespace}/${service}`;
    slices.set(key, [...(slices.get(key) ?? []), slice]);
  }
  return slices;
}

const backends = (slices: readonly EndpointSlice[], portName: string): { ip: string; port: number }[] =>
  slices.flatMap(({ endpoints, ports }) => {
    const port = ports?.find((one) => (one.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.map((ip) => ({ ip, port })));
  });

function forwardingService({ spec, metadata }: Service, all: Slices): ForwardingService | undefined {
  if (!spec?.clusterIP || spec.clusterIP === 'None') return undefined;
  const { namespace = '', name } = metadata;
  const slices = all.get(`${namespace}/${name}`) ?? [];
  return {
    namespace,
    name,
    clusterIP: spec.clusterIP,
    ports: (spec.ports ?? []).map((one) => ({
      protocol: one.protocol ?? 'TCP',
      port: one.port,
      backends: backends(slices, one.name ?? ''),
    })),
  };
}

function forwardingServices(store: Store): ForwardingService[] {
  const slices = slicesByService(store);
  return store.list('services').flatMap((service) => forwardingService(service, slices) ?? []);
}

export const forwardingState = (store: Store): ForwardingState => ({
  namespaces: store
    .list('namespaces')
    .map(({ metadata: { name, labels } }) => ({ name, labels: labels ?? {} })),
  pods: store.list('pods').flatMap((pod) => forwardingPod(pod) ?? []),
  // The network reads policies only; its type is the same one without `readonly`.
  policies: store.list('networkpolicies.networking.k8s.io') as unknown as ForwardingState['policies'],
  services: forwardingServices(store),
});

export function controlForwarding(store: Store, network: Network, onFault: (message: string) => void): void {
  const program = coalesced(() => {
    network.program(forwardingState(store)).catch((error: unknown) => {
      onFault(`programming the network failed: ${error instanceof Error ? error.message : String(error)}`);
    });
  });
  const names = coalesced(() => network.setNames(clusterNames(store)));
  const both = (): void => {
    program();
    names();
  };
  store.subscribe('networkpolicies.networking.k8s.io', program);
  store.subscribe('namespaces', program);
  store.subscribe('services', both);
  store.subscribe('endpointslices.discovery.k8s.io', both);
  store.subscribe('pods', ({ type, revision, previous }) => {
    const now = type === 'DELETED' ? undefined : forwardingPod(revision.object);
    const before = previous && forwardingPod(previous.object);
    if (!same(now, before)) both();
  });
  both();
}
