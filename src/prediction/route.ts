/**
 * Where a recorded probe went. Not what src/policy/behind.ts answers, which is where a connection would arrive by what
 * is declared: here it is known to which address the prober connected, and a Service's endpoints are those that the
 * cluster listed at that time, ready ones alone.
 */
import { isIP } from 'node:net';
import type { V1EndpointSlice } from '../cluster/types.ts';
import { readyAddresses } from '../fleet/targets.ts';
import type { ProbeRecord } from '../model/record.ts';
import type { Target } from '../model/scenario.ts';
import { CLUSTER_DNS, offeredAt, serviceNamed, type Stop, transportOf } from '../policy/behind.ts';
import type { PolicyService, World } from '../policy/world.ts';
import { distinct } from './wanted.ts';

export interface Arrival extends Stop {
  /** The virtual address that leads there. */
  readonly via?: { readonly address: string; readonly port: number };
}

export interface Route {
  readonly stops: readonly Arrival[];
  /** Why these may not be the ones. */
  readonly doubts: readonly string[];
}

export interface Directory {
  readonly services: World['services'];
  readonly slices: readonly V1EndpointSlice[];
}

/** A string: why it is not known. */
export function routeOf(probe: ProbeRecord, target: Target, directory: Directory): Route | string {
  const addresses = addressesOf(probe);
  if (addresses.length > 0) return joined(addresses.map((address) => toAddress(address, probe, directory)));
  const { services } = directory;
  switch (target.kind) {
    case 'service':
      return toService(serviceNamed({ ...target, name: target.service }, services), probe, directory);
    case 'dns': {
      const route = toService(serviceNamed(CLUSTER_DNS, services), probe, directory);
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
  const { protocol, port } = probe.port;
  return { stops: [{ to: { address }, protocol: transportOf(protocol), port }], doubts: [] };
}

function toService(
  service: PolicyService | undefined,
  { host, port }: ProbeRecord,
  { slices }: Directory,
): Route | string {
  if (service === undefined) return `the Service behind ${host === '' ? 'the resolver' : host} is not known`;
  const { namespace, name, clusterIPs } = service;
  const offered = offeredAt(service, port);
  if (offered === undefined) return `Service ${namespace}/${name} has no port ${port.port}`;
  const stops = slices
    .filter(({ metadata }) => metadata?.namespace === namespace && serviceOf(metadata.labels) === name)
    .flatMap((slice) => readyAddresses(slice, offered.name ?? '', port.port))
    .map(({ host: address, port: number }) => ({
      to: { address },
      protocol: offered.protocol,
      port: number,
    }));
  if (stops.length === 0) return `nothing is behind Service ${namespace}/${name}`;
  const [virtual] = clusterIPs;
  const via = virtual === undefined ? {} : { via: { address: virtual, port: port.port } };
  return { stops: stops.map((stop) => ({ ...stop, ...via })), doubts: [] };
}

function serviceOf(labels: Readonly<Record<string, string>> = {}): string | undefined {
  return labels['kubernetes.io/service-name'];
}
