/** What is behind something that is connected to: where a connection arrives, for that is what policies see. */
import type { PortSpec, Protocol, Target } from '../model/scenario.ts';
import { type Labels, selectorOf } from '../model/selector.ts';
import { parseAddress } from './address.ts';
import type { Party } from './prediction.ts';
import type { PolicyPod, PolicyService, ServicePort, TransportProtocol, World } from './world.ts';

/** An end with its port. */
export interface Stop {
  readonly to: Party;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** By convention of kubeadm and the clouds, what the kubelet names as resolver to pods. */
export const CLUSTER_DNS = { namespace: 'kube-system', name: 'kube-dns' } as const;

export function transportOf(protocol: Protocol): TransportProtocol {
  return protocol === 'udp' || protocol === 'dns' ? 'UDP' : 'TCP';
}

/** Behind a scenario's target, empty if nothing is; a sentence without its full stop where that can't be known. */
export function stopsOf(target: Target, port: PortSpec, world: World): readonly Stop[] | string {
  switch (target.kind) {
    case 'host':
      return atAddress(target.host, port, 'a name’s addresses are not known before it is looked up');
    case 'pods':
      return podsWith(target.selector, target.namespace, world).map((pod) => ({
        to: { pod },
        ...arriving(port),
      }));
    case 'service':
      return throughService({ namespace: target.namespace, name: target.service }, port, target.via, world);
    case 'dns':
      return target.resolver === undefined
        ? throughService(CLUSTER_DNS, port, 'clusterIP', world)
        : atAddress(target.resolver, port, 'the resolver is no address');
  }
}

function arriving({ protocol, port }: PortSpec): Omit<Stop, 'to'> {
  return { protocol: transportOf(protocol), port };
}

function atAddress(address: string, port: PortSpec, otherwise: string): readonly Stop[] | string {
  return parseAddress(address) === undefined ? otherwise : [{ to: { address }, ...arriving(port) }];
}

type ServiceName = Pick<PolicyService, 'namespace' | 'name'>;

function throughService(
  { namespace, name }: ServiceName,
  port: PortSpec,
  via: Extract<Target, { kind: 'service' }>['via'],
  world: World,
): readonly Stop[] | string {
  const title = `Service ${namespace}/${name}`;
  const service = serviceNamed({ namespace, name }, world.services);
  if (service === undefined) return `${title} is not known`;
  const offered = offeredAt(service, port);
  if (offered === undefined) return `${title} has no port ${port.port}`;
  // Endpoints that are asked for one by one are asked at their own ports, whatever kind of Service lists them.
  const stops = via === 'name' ? behindName(service, offered, world) : behindService(service, offered, world);
  return stops ?? `what is behind ${title} is not known`;
}

export function serviceNamed(
  { namespace, name }: ServiceName,
  services: World['services'],
): PolicyService | undefined {
  return services.find((service) => service.namespace === namespace && service.name === name);
}

/** What the Service has at that port. */
export function offeredAt(service: PolicyService, { protocol, port }: PortSpec): ServicePort | undefined {
  const transport = transportOf(protocol);
  return service.ports.find((each) => each.port === port && each.protocol === transport);
}

/**
 * Behind a Service's port: the pods that it selects, ready or not, at their own ports; its virtual address where
 * somebody else says what is behind it, as for the API server; undefined where that has no address either.
 */
export function behindService(
  service: PolicyService,
  port: ServicePort,
  world: Pick<World, 'pods'>,
): readonly Stop[] | undefined {
  const { protocol } = port;
  if (service.selector !== undefined) {
    return backendsOf(service, port, world).map((backend) => ({
      to: { pod: backend.pod },
      protocol,
      port: backend.port,
    }));
  }
  const [address] = service.clusterIPs;
  return address === undefined ? undefined : [{ to: { address }, protocol, port: port.port }];
}

/**
 * The same for a connection to the Service's name. The name of a headless Service means the pods themselves, and
 * nothing translates the port (kubernetes.io, Service, headless Services).
 */
export function behindName(
  service: PolicyService,
  port: ServicePort,
  world: Pick<World, 'pods'>,
): readonly Stop[] | undefined {
  return behindService(service, service.headless ? { ...port, targetPort: port.port } : port, world);
}

export interface Backend {
  readonly pod: PolicyPod;
  /** Where the connection arrives. */
  readonly port: number;
}

/** The pods that the Service's port leads to; none if it has no selector. */
export function backendsOf(
  { namespace, selector }: PolicyService,
  { protocol, targetPort }: ServicePort,
  world: Pick<World, 'pods'>,
): readonly Backend[] {
  if (selector === undefined) return [];
  return podsWith(selector, namespace, world).flatMap((pod) => {
    const port = portOf(pod, protocol, targetPort);
    return port === undefined ? [] : [{ pod, port }];
  });
}

function podsWith(wanted: Labels, namespace: string, { pods }: Pick<World, 'pods'>): readonly PolicyPod[] {
  const selector = selectorOf({ matchLabels: wanted });
  return pods.filter((pod) => pod.namespace === namespace && selector.matches(pod.labels));
}

function portOf(
  { ports }: PolicyPod,
  protocol: TransportProtocol,
  targetPort: number | string,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return ports.find((port) => port.name === targetPort && port.protocol === protocol)?.containerPort;
}
