/** The names that cluster DNS answers, by the DNS specification for Kubernetes (github.com/kubernetes/dns). */
import type { EndpointSlice, Service } from '../api/object.ts';
import type { Store } from '../api/store.ts';
import { SERVICE_NAME } from './endpoints.ts';

const DOMAIN = 'cluster.local';

type Names = [string, readonly string[]][];

function serviceNames(service: Service, slices: readonly EndpointSlice[]): Names {
  const { name, namespace = '' } = service.metadata;
  const full = `${name}.${namespace}.svc.${DOMAIN}`;
  const { clusterIP, type } = service.spec ?? {};
  if (type === 'ExternalName' || !clusterIP) return [];
  if (clusterIP !== 'None') return [[full, [clusterIP]]];
  const ready = slices
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name)
    .filter(({ metadata, addressType }) => metadata.namespace === namespace && addressType === 'IPv4')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false);
  const hosts = ready.flatMap(({ hostname, addresses }) =>
    hostname ? [[`${hostname}.${full}`, addresses] as [string, readonly string[]]] : [],
  );
  const addresses = [...new Set(ready.flatMap((one) => one.addresses))];
  return addresses.length > 0 ? [[full, addresses], ...hosts] : hosts;
}

/** Fully qualified name without trailing dot → addresses. */
export function clusterNames(store: Store): ReadonlyMap<string, readonly string[]> {
  const slices = store.list('endpointslices.discovery.k8s.io');
  const services = store.list('services').flatMap((service) => serviceNames(service, slices));
  const pods = store.list('pods').flatMap(({ metadata, status }): [string, readonly string[]][] => {
    const ip = status?.podIP;
    const over = ['Succeeded', 'Failed'].includes(status?.phase ?? '');
    return ip && !over ? [[`${ip.replaceAll('.', '-')}.${metadata.namespace}.pod.${DOMAIN}`, [ip]]] : [];
  });
  return new Map([...services, ...pods]);
}
