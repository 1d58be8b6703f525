/** Services: defaults and pkg/apis/core/validation's rules for what the sandbox carries out. */
import type { V1ServicePort } from '@kubernetes/client-node';
import type { Service, Wire } from '../object.ts';
import { isIP } from 'node:net';
import { type FieldError, each, invalidValue, required, unique } from './field.ts';
import { IMMUTABLE, checkLabels, checkOneOf } from './meta.ts';
import { checkName, checkPort, dnsLabel, dnsSubdomain, portName } from './names.ts';
import { PROTOCOLS } from './networkpolicy.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function checkServicePort(port: Wire<V1ServicePort>, field: string, several: boolean): FieldError[] {
  const { name, protocol, targetPort } = port;
  return [
    ...(name ? checkName(dnsLabel, name, `${field}.name`) : several ? [required(`${field}.name`)] : []),
    ...checkPort(port.port, `${field}.port`),
    ...checkOneOf(protocol, PROTOCOLS, `${field}.protocol`),
    ...(typeof targetPort === 'number' ? checkPort(targetPort, `${field}.targetPort`) : []),
    ...(typeof targetPort === 'string' ? checkName(portName, targetPort, `${field}.targetPort`) : []),
  ];
}

function checkAddress(service: Service): FieldError[] {
  const { clusterIP, type } = service.spec ?? {};
  if (!clusterIP || type === 'ExternalName') return [];
  if (clusterIP === 'None')
    return type === 'ClusterIP'
      ? []
      : [invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  return isIP(clusterIP)
    ? []
    : [
        invalidValue(
          'spec.clusterIPs[0]',
          clusterIP,
          'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        ),
      ];
}

export function checkService(service: Service): FieldError[] {
  const { ports, selector, type, clusterIP, externalName } = service.spec ?? {};
  const needsPorts = type !== 'ExternalName' && clusterIP !== 'None';
  const several = (ports?.length ?? 0) > 1;
  return [
    ...(needsPorts && !ports?.length ? [required('spec.ports')] : []),
    ...checkOneOf(type, TYPES, 'spec.type'),
    ...checkOneOf(service.spec?.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...(type === 'ExternalName'
      ? externalName
        ? checkName(dnsSubdomain, externalName, 'spec.externalName')
        : [required('spec.externalName')]
      : []),
    ...checkAddress(service),
    ...each(ports, 'spec.ports', (port, field) => checkServicePort(port, field, several)),
    ...unique(
      ports,
      (port) => port.name,
      (i) => `spec.ports[${i}].name`,
    ),
    ...unique(
      ports,
      (port) => `${port.protocol}/${port.port}`,
      (i) => `spec.ports[${i}]`,
    ),
    ...checkLabels(selector, 'spec.selector'),
  ];
}

export const checkServiceUpdate = (next: Service, old: Service): FieldError[] =>
  old.spec?.type !== 'ExternalName' &&
  next.spec?.type !== 'ExternalName' &&
  old.spec?.clusterIP !== next.spec?.clusterIP
    ? [invalidValue('spec.clusterIPs[0]', next.spec?.clusterIP, IMMUTABLE)]
    : [];

export function defaultService(service: Service): Service {
  const { clusterIP, clusterIPs, ...spec } = service.spec ?? {};
  const type = spec.type ?? 'ClusterIP';
  const address = clusterIP || clusterIPs?.[0];
  return {
    ...service,
    spec: {
      ...spec,
      ...(address ? { clusterIP: address, clusterIPs: [address] } : {}),
      type,
      sessionAffinity: spec.sessionAffinity ?? 'None',
      ...(type === 'ExternalName'
        ? {}
        : {
            ipFamilies: ['IPv4'],
            ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
            internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
          }),
      ...(spec.ports
        ? {
            ports: spec.ports.map((port) => ({
              ...port,
              protocol: port.protocol ?? 'TCP',
              targetPort: port.targetPort ?? port.port,
            })),
          }
        : {}),
    },
  };
}
