/** What a cluster has from its first moment: namespaces, the API's own Service, cluster DNS. */
import type { KubeObject, Pod, Service } from '../api/object.ts';
import { timestamp } from '../api/object.ts';
import { defaultPod } from '../api/pod-defaults.ts';
import type { Store } from '../api/store.ts';
import { defaultService } from '../api/validation/service.ts';
import { namespaces } from '../api/kinds/core.ts';
import type { Network } from '../network/network.ts';
import { MIRROR } from '../node/kubelet.ts';
import { SERVICE_NAME } from './endpoints.ts';

export interface SystemAddresses {
  /** ClusterIP of the Service `kubernetes`, and where it leads. */
  readonly apiServiceIP: string;
  readonly api: { readonly ip: string; readonly port: number };
  readonly dnsServiceIP: string;
}

const DNS_LABELS = { 'k8s-app': 'kube-dns' };

const meta = (
  name: string,
  namespace?: string,
  labels?: Readonly<Record<string, string>>,
): KubeObject['metadata'] => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  ...(labels === undefined ? {} : { labels }),
  uid: '',
  resourceVersion: '',
  creationTimestamp: '',
});

function seedNamespaces(store: Store): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    store.create('namespaces', {
      ...namespaces.defaults({ apiVersion: 'v1', kind: 'Namespace', metadata: meta(name) }),
      status: namespaces.initialStatus({ apiVersion: 'v1', kind: 'Namespace', metadata: meta(name) }),
    });
}

const service = (
  metadata: Service['metadata'],
  clusterIP: string,
  spec: NonNullable<Service['spec']>,
): Service =>
  defaultService({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ...spec, clusterIP },
    status: { loadBalancer: {} },
  });

/** The API server is no pod: its endpoints are written by hand, as the real one writes its own. */
function seedApiService(store: Store, { apiServiceIP, api }: SystemAddresses): void {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  store.create(
    'services',
    service(meta('kubernetes', 'default', labels), apiServiceIP, {
      ports: [{ name: 'https', port: 443, targetPort: api.port, protocol: 'TCP' }],
    }),
  );
  store.create('endpointslices.discovery.k8s.io', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: meta('kubernetes', 'default', { [SERVICE_NAME]: 'kubernetes' }),
    addressType: 'IPv4',
    endpoints: [{ addresses: [api.ip], conditions: { ready: true, serving: true, terminating: false } }],
    ports: [{ name: 'https', port: api.port, protocol: 'TCP' }],
  });
  store.create('endpoints', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: meta('kubernetes', 'default'),
    subsets: [{ addresses: [{ ip: api.ip }], ports: [{ name: 'https', port: api.port, protocol: 'TCP' }] }],
  });
}

/** The DNS server runs with the network; its pod is a picture of it. */
function dnsPod({ dns, nodes }: Network, now: string): Pod {
  const hostIP = nodes.find(({ name }) => name === dns.node)?.ip ?? '';
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: now });
  return {
    ...defaultPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...meta(`cluster-dns-${dns.node}`, 'kube-system', DNS_LABELS),
        annotations: { [MIRROR]: 'network' },
      },
      spec: {
        nodeName: dns.node,
        priorityClassName: 'system-node-critical',
        containers: [
          {
            name: 'dns',
            image: 'netproof/cluster-dns',
            ports: [
              { name: 'dns', containerPort: 53, protocol: 'UDP' },
              { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
            ],
          },
        ],
      },
    }),
    status: {
      phase: 'Running',
      hostIP,
      podIP: dns.ip,
      podIPs: [{ ip: dns.ip }],
      startTime: now,
      qosClass: 'BestEffort',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
      containerStatuses: [
        {
          name: 'dns',
          image: 'netproof/cluster-dns',
          imageID: '',
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: now } },
          lastState: {},
        },
      ],
    },
  };
}

function seedDns(store: Store, network: Network, { dnsServiceIP }: SystemAddresses, now: () => number): void {
  const show = (): void => {
    store.create('pods', dnsPod(network, timestamp(now())));
  };
  show();
  // Like any pod that a node runs by itself, it can't be deleted: it is there again.
  store.subscribe('pods', ({ type, revision: { object } }) => {
    if (object.metadata.annotations?.[MIRROR] === undefined) return;
    const { name, namespace = '', uid, deletionTimestamp } = object.metadata;
    if (type === 'DELETED') show();
    else if (deletionTimestamp) store.remove('pods', namespace, name, uid);
  });
  store.create(
    'services',
    service(meta('kube-dns', 'kube-system', DNS_LABELS), dnsServiceIP, {
      selector: DNS_LABELS,
      ports: [
        { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' },
      ],
    }),
  );
}

/** After the controllers, which find the endpoints; before the one of namespaces, which furnishes these at once. */
export function seed(store: Store, network: Network, addresses: SystemAddresses, now: () => number): void {
  seedNamespaces(store);
  seedApiService(store, addresses);
  seedDns(store, network, addresses, now);
}
