/**
 * Where a connection to what a question names arrives. A question says less than a scenario's target: its port may be a
 * name, have no protocol, or belong to the pods or to the Service that is called like them. What is behind a Service
 * then is src/policy/behind.ts's to tell.
 */
import { NetproofError } from '../model/errors.ts';
import { behindName, type Stop } from '../policy/behind.ts';
import type { PolicyPod, PolicyService, ServicePort, TransportProtocol, World } from '../policy/world.ts';
import type { Found } from './party.ts';
import type { AskedPort } from './question.ts';

export interface Stops {
  readonly stops: readonly Stop[];
  /** What else is to be known, e.g. where a Service leads. */
  readonly notes: readonly string[];
}

/** Throws NetproofError `target-empty` if there is no such port or nothing behind it. */
export function stopsOf(found: Exclude<Found, { kind: 'block' }>, port: AskedPort, world: World): Stops {
  switch (found.kind) {
    case 'address':
      return { stops: [{ to: { address: found.address }, ...numbered(port, found.address) }], notes: [] };
    case 'service':
      return behind(found.service, port, world);
    case 'pods':
      return atPods(found, port, world);
  }
}

/** Of what has no names for its ports. */
export function numbered(
  { number, name, protocol = 'TCP' }: AskedPort,
  what: string,
): { readonly port: number; readonly protocol: TransportProtocol } {
  if (number !== undefined) return { port: number, protocol };
  throw empty(`${what} has no port names, so ${name} means nothing there`, 'write a number, as in 443/tcp');
}

/** A Service is meant where it alone has the port: pods say what they listen on, and Services often differ. */
function atPods(found: Found & { kind: 'pods' }, port: AskedPort, world: World): Stops {
  const { pods, service, namespace, name } = found;
  const stops = pods.flatMap((pod) => atPod(pod, port));
  const declared = pods.some((pod) => pod.ports.some((each) => fits(each, each.containerPort, port)));
  if (service !== undefined && !declared && offering(service, port).length > 0)
    return behind(service, port, world);
  if (stops.length > 0) {
    const isUndeclared = !declared && pods.some(({ ports }) => ports.length > 0);
    return {
      stops,
      notes: isUndeclared
        ? [`${namespace}/${name} does not declare ${portText(port)}; it declares ${declaredBy(pods)}`]
        : [],
    };
  }
  throw empty(`${namespace}/${name} has no port called ${port.name}`, `it has ${declaredBy(pods)}`);
}

function atPod(pod: PolicyPod, port: AskedPort): readonly Stop[] {
  const { number, name, protocol } = port;
  const to = { pod };
  const declared = pod.ports.filter((each) => fits(each, each.containerPort, port));
  if (number === undefined) {
    return declared
      .map((each) => ({ to, protocol: each.protocol, port: each.containerPort }))
      .slice(0, name === undefined ? 0 : 1);
  }
  return [{ to, protocol: protocol ?? onlyProtocol(declared) ?? 'TCP', port: number }];
}

function fits(
  offered: { readonly name?: string; readonly protocol: TransportProtocol },
  number: number,
  asked: AskedPort,
): boolean {
  if (asked.protocol !== undefined && asked.protocol !== offered.protocol) return false;
  return asked.number === undefined ? offered.name === asked.name : number === asked.number;
}

function onlyProtocol(
  ports: readonly { readonly protocol: TransportProtocol }[],
): TransportProtocol | undefined {
  const protocols = new Set(ports.map(({ protocol }) => protocol));
  return protocols.size === 1 ? ports[0]?.protocol : undefined;
}

function offering({ ports }: PolicyService, port: AskedPort): readonly ServicePort[] {
  return ports.filter((each) => fits(each, each.port, port));
}

function behind(service: PolicyService, port: AskedPort, world: World): Stops {
  const title = `Service ${service.namespace}/${service.name}`;
  const offered = offering(service, port);
  const chosen = offered.find(({ protocol }) => protocol === 'TCP') ?? offered[0];
  if (chosen === undefined) {
    const ports = service.ports.map(({ port: number, protocol }) => `${number}/${protocol.toLowerCase()}`);
    throw empty(
      `${title} has no port ${portText(port)}`,
      ports.length > 0 ? `it has ${ports.join(', ')}` : undefined,
    );
  }
  const stops = behindName(service, chosen, world);
  if (stops === undefined) throw empty(`what is behind ${title} is not known: it selects no pods`);
  if (stops.length === 0) {
    const labels = Object.entries(service.selector ?? {}).map(([key, value]) => `${key}=${value}`);
    throw empty(
      `${title} leads nowhere: no pod has ${labels.join(', ')}, so nothing answers whatever policies say`,
    );
  }
  return { stops, notes: [leadWords(service, chosen, stops)] };
}

function leadWords(
  { namespace, name, selector, clusterIPs, headless }: PolicyService,
  { port }: ServicePort,
  stops: readonly Stop[],
): string {
  const title = `Service ${namespace}/${name}`;
  if (selector === undefined)
    return `${title} selects no pods; what is behind it is not known, and its own address ${clusterIPs[0]} is asked about`;
  if (headless)
    return `${title} is headless: its name means the pods that it selects, and nothing translates port ${port}`;
  const ports = [...new Set(stops.map((stop) => `${stop.port}/${stop.protocol.toLowerCase()}`))];
  return `${title} leads port ${port} to ${ports.join(' and ')} of the pods that it selects; policies see those`;
}

function declaredBy(pods: readonly PolicyPod[]): string {
  const ports = pods.flatMap((pod) =>
    pod.ports.map(
      ({ name, containerPort, protocol }) =>
        `${containerPort}/${protocol.toLowerCase()}${name === undefined ? '' : ` (${name})`}`,
    ),
  );
  return ports.length === 0 ? 'no ports at all' : [...new Set(ports)].join(', ');
}

function portText({ number, name, protocol }: AskedPort): string {
  return `${number ?? name}${protocol === undefined ? '' : `/${protocol.toLowerCase()}`}`;
}

function empty(message: string, hint?: string): NetproofError {
  return new NetproofError('target-empty', message, hint === undefined ? {} : { hint });
}
