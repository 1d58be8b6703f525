/** A scenario's targets as the evaluator knows them. */
import { isIP } from 'node:net';
import type { PortSpec, Protocol, Target } from '../model/scenario.ts';
import type { Party } from '../policy/prediction.ts';
import type { PolicyPod, PolicyService, TransportProtocol, World } from '../policy/world.ts';

export interface Stop {
  readonly to: Party;
  readonly port: number;
  readonly protocol: TransportProtocol;
}

/** What is behind a target's port; a sentence where the evaluator can't know. */
export type Stops = readonly Stop[] | string;

export function transportOf(protocol: Protocol): TransportProtocol {
  return protocol === 'udp' || protocol === 'dns' ? 'UDP' : 'TCP';
}

export function stopsOf(target: Target, port: PortSpec, world: World): Stops {
  const protocol = transportOf(port.protocol);
  switch (target.kind) {
    case 'host':
      return atAddress(target.host, { ...port }, 'a name’s addresses are not known before it is looked up');
    case 'pods': {
      const wanted = Object.entries(target.selector);
      const pods = world.pods.filter(
        ({ namespace, labels }) =>
          namespace === target.namespace && wanted.every(([key, value]) => labels[key] === value),
      );
      return pods.map((pod) => ({ to: { pod }, port: port.port, protocol }));
    }
    case 'service':
      return behindService(target.namespace, target.service, port.port, protocol, world);
    case 'dns':
      return target.resolver === undefined
        ? behindService('kube-system', 'kube-dns', 53, 'UDP', world)
        : atAddress(target.resolver, port, 'the resolver is no address');
  }
}

function atAddress(host: string, port: PortSpec, otherwise: string): Stops {
  if (isIP(host) === 0) return otherwise;
  return [{ to: { address: host }, port: port.port, protocol: transportOf(port.protocol) }];
}

function behindService(
  namespace: string,
  name: string,
  port: number,
  protocol: TransportProtocol,
  world: World,
): Stops {
  const service = world.services.find((each) => each.namespace === namespace && each.name === name);
  if (service === undefined) return `Service ${namespace}/${name} is not known`;
  const offered = service.ports.find((each) => each.port === port && each.protocol === protocol);
  if (offered === undefined) return `Service ${namespace}/${name} has no port ${port}`;
  const { selector } = service;
  if (selector === undefined) return virtual(service, port, protocol);
  return world.pods
    .filter(
      (pod) =>
        pod.namespace === namespace &&
        Object.entries(selector).every(([key, value]) => pod.labels[key] === value),
    )
    .flatMap((pod) => {
      const number = portOf(pod, offered.targetPort, protocol);
      return number === undefined ? [] : [{ to: { pod }, port: number, protocol }];
    });
}

/** Without a selector somebody else says what is behind it, as for the API server. */
function virtual(
  { clusterIPs, namespace, name }: PolicyService,
  port: number,
  protocol: TransportProtocol,
): Stops {
  const [address] = clusterIPs;
  return address === undefined
    ? `what is behind Service ${namespace}/${name} is not known`
    : [{ to: { address }, port, protocol }];
}

function portOf(pod: PolicyPod, target: number | string, protocol: TransportProtocol): number | undefined {
  if (typeof target === 'number') return target;
  return pod.ports.find((port) => port.name === target && port.protocol === protocol)?.containerPort;
}
