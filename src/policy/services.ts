/** Services, and the pods behind them. */
import type { V1Service } from '../cluster/types.ts';
import { labelsOf, textsOf } from './manifest.ts';
import { protocolOf } from './rules.ts';
import type { PolicyPod, PolicyService, ServicePort, TransportProtocol, World } from './world.ts';

/** Nothing for one that is only a name for something outside. */
export function serviceOf({ metadata, spec }: V1Service): readonly PolicyService[] {
  if (spec?.type === 'ExternalName') return [];
  const ips = textsOf(spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : []));
  const selector = labelsOf(spec?.selector);
  return [
    {
      namespace: metadata?.namespace ?? 'default',
      name: metadata?.name ?? '',
      clusterIPs: ips.filter((ip) => ip !== 'None' && ip !== ''),
      ...(Object.keys(selector).length > 0 && { selector }),
      ports: (spec?.ports ?? []).flatMap(({ name, protocol: written, port, targetPort }) => {
        const protocol = protocolOf(written);
        const target = targetPort ?? port;
        return protocol === undefined ? [] : [{ ...(name && { name }), protocol, port, targetPort: target }];
      }),
    },
  ];
}

export interface Backend {
  readonly pod: PolicyPod;
  /** Where the connection arrives: what policies see. */
  readonly port: number;
}

/** The pods that the Service's port leads to, ready or not; none if it has no selector. */
export function backendsOf(
  { pods }: Pick<World, 'pods'>,
  { namespace, selector }: PolicyService,
  { protocol, targetPort }: ServicePort,
): readonly Backend[] {
  if (selector === undefined) return [];
  const wanted = Object.entries(selector);
  return pods
    .filter((pod) => pod.namespace === namespace && wanted.every(([key, value]) => pod.labels[key] === value))
    .flatMap((pod) => {
      const port = portOf(pod, protocol, targetPort);
      return port === undefined ? [] : [{ pod, port }];
    });
}

function portOf(
  { ports }: PolicyPod,
  protocol: TransportProtocol,
  targetPort: number | string,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return ports.find((port) => port.name === targetPort && port.protocol === protocol)?.containerPort;
}
