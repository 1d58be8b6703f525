/** Where a probe goes, as the evaluator knows it: behind a Service, its endpoints. */
import { isIP } from 'node:net';
import type { V1EndpointSlice } from '../cluster/types.ts';
import { readyAddresses } from '../fleet/targets.ts';
import type { ProbeRecord } from '../model/record.ts';
import type { Protocol, Target } from '../model/scenario.ts';
import type { Party } from '../policy/prediction.ts';
import type { PolicyService, TransportProtocol, World } from '../policy/world.ts';
import { CLUSTER_DNS, distinct } from './wanted.ts';

export interface Stop {
  readonly to: Party;
  readonly port: number;
  /** The virtual address that leads there. */
  readonly via?: { readonly address: string; readonly port: number };
}

export interface Route {
  readonly stops: readonly Stop[];
  /** Why these may not be the ones. */
  readonly doubts: readonly string[];
}

export interface Directory {
  readonly services: World['services'];
  readonly slices: readonly V1EndpointSlice[];
}

export function transportOf(protocol: Protocol): TransportProtocol {
  return protocol === 'udp' || protocol === 'dns' ? 'UDP' : 'TCP';
}

/** A string: why it is not known. */
export function routeOf(probe: ProbeRecord, target: Target, directory: Directory): Route | string {
  const addresses = addressesOf(probe);
  if (addresses.length > 0) return joined(addresses.map((address) => toAddress(address, probe, directory)));
  const { services } = directory;
  switch (target.kind) {
    case 'service':
      return toService(named(services, target.namespace, target.service), probe, directory);
    case 'dns': {
      const route = toService(named(services, CLUSTER_DNS.namespace, CLUSTER_DNS.name), probe, directory);
      if (typeof route === 'string') return route;
      const doubt = 'that the pod asks Service kube-system/kube-dns is only likely';
      return { ...route, doubts: [...route.doubts, doubt] };
    }
    case 'host':
    case 'pods':
      return `the address behind ${probe.host} is not known`;
  }
}

/** What was connected to: of a name, what it resolved to in the prober. */
function addressesOf({ host, observation }: ProbeRecord): readonly string[] {
  if (isIP(host) !== 0) return [host];
  return distinct((observation?.attempts ?? []).flatMap(({ remote }) => remote ?? [])).filter(
    (text) => isIP(text) !== 0,
  );
}

function joined(routes: readonly (Route | string)[]): Route | string {
  const unknown = routes.find((route) => typeof route === 'string');
  if (unknown !== undefined) return unknown;
  const known = routes.filter((route) => typeof route !== 'string');
  return {
    stops: known.flatMap(({ stops }) => stops),
    doubts: distinct(known.flatMap(({ doubts }) => doubts)),
  };
}

function toAddress(address: string, probe: ProbeRecord, directory: Directory): Route | string {
  const service = directory.services.find(({ clusterIPs }) => clusterIPs.includes(address));
  if (service !== undefined) return toService(service, probe, directory);
  return { stops: [{ to: { address }, port: probe.port.port }], doubts: [] };
}

function named(
  services: readonly PolicyService[],
  namespace: string,
  name: string,
): PolicyService | undefined {
  return services.find((service) => service.namespace === namespace && service.name === name);
}

function toService(
  service: PolicyService | undefined,
  { host, port }: ProbeRecord,
  { slices }: Directory,
): Route | string {
  if (service === undefined) return `the Service behind ${host === '' ? 'the resolver' : host} is not known`;
  const { namespace, name, clusterIPs } = service;
  const protocol = transportOf(port.protocol);
  const offered = service.ports.find((each) => each.port === port.port && each.protocol === protocol);
  if (offered === undefined) return `Service ${namespace}/${name} has no port ${port.port}`;
  const stops = slices
    .filter(({ metadata }) => metadata?.namespace === namespace && serviceOf(metadata.labels) === name)
    .flatMap((slice) => readyAddresses(slice, offered.name ?? '', port.port))
    .map(({ host: address, port: number }) => ({ to: { address }, port: number }));
  if (stops.length === 0) return `nothing is behind Service ${namespace}/${name}`;
  const [virtual] = clusterIPs;
  const via = virtual === undefined ? {} : { via: { address: virtual, port: port.port } };
  return { stops: stops.map((stop) => ({ ...stop, ...via })), doubts: [] };
}

function serviceOf(labels: Readonly<Record<string, string>> = {}): string | undefined {
  return labels['kubernetes.io/service-name'];
}
