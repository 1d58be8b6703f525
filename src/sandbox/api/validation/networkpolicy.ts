/** networking.k8s.io/v1 NetworkPolicy, by the rules of pkg/apis/networking/validation. */
import type { V1NetworkPolicyPeer, V1NetworkPolicyPort } from '@kubernetes/client-node';
import type { NetworkPolicy, Wire } from '../object.ts';
import { parseCidr, strictlyInside } from './cidr.ts';
import { type FieldError, each, forbiddenField, invalidValue, notSupported, required } from './field.ts';
import { checkSelector } from './meta.ts';
import { PORT_RANGE, checkName, checkPort, isPort, portName } from './names.ts';

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];
const CIDR_TEXT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

type Port = Wire<V1NetworkPolicyPort>;
type Peer = Wire<V1NetworkPolicyPeer>;

function checkEndPort({ port, endPort }: Port, field: string): FieldError[] {
  if (endPort === undefined) return [];
  if (port === undefined)
    return [invalidValue(field, endPort, 'may not be specified when `port` is not specified')];
  if (typeof port === 'string')
    return [invalidValue(field, endPort, 'may not be specified when `port` is non-numeric')];
  return [
    ...(endPort < port ? [invalidValue(field, port, 'must be greater than or equal to `port`')] : []),
    ...(isPort(endPort) ? [] : [invalidValue(field, endPort, PORT_RANGE)]),
  ];
}

const checkPolicyPort = (port: Port, field: string): FieldError[] => [
  ...(port.protocol === undefined || PROTOCOLS.includes(port.protocol)
    ? []
    : [notSupported(`${field}.protocol`, port.protocol, PROTOCOLS)]),
  ...(typeof port.port === 'number' ? checkPort(port.port, `${field}.port`) : []),
  ...(typeof port.port === 'string' ? checkName(portName, port.port, `${field}.port`) : []),
  ...checkEndPort(port, `${field}.endPort`),
];

function checkIpBlock({ cidr, except }: NonNullable<Peer['ipBlock']>, field: string): FieldError[] {
  if (!cidr) return [required(`${field}.cidr`)];
  const outer = parseCidr(cidr);
  if (!outer) return [invalidValue(`${field}.cidr`, cidr, CIDR_TEXT)];
  return each(except, `${field}.except`, (text, at) => {
    const inner = parseCidr(text);
    if (!inner) return [invalidValue(at, text, CIDR_TEXT)];
    return strictlyInside(inner, outer) ? [] : [invalidValue(at, text, 'must be a strict subset of `cidr`')];
  });
}

function checkPeer(peer: Peer, field: string): FieldError[] {
  const selects = peer.podSelector !== undefined || peer.namespaceSelector !== undefined;
  if (!selects && peer.ipBlock === undefined) return [required(field, 'must specify a peer')];
  if (selects && peer.ipBlock !== undefined)
    return [forbiddenField(field, 'may not specify both ipBlock and another peer')];
  return [
    ...(peer.podSelector ? checkSelector(peer.podSelector, `${field}.podSelector`) : []),
    ...(peer.namespaceSelector ? checkSelector(peer.namespaceSelector, `${field}.namespaceSelector`) : []),
    ...(peer.ipBlock ? checkIpBlock(peer.ipBlock, `${field}.ipBlock`) : []),
  ];
}

export function checkNetworkPolicy({ spec }: NetworkPolicy): FieldError[] {
  const types = spec?.policyTypes ?? [];
  return [
    ...checkSelector(spec?.podSelector, 'spec.podSelector'),
    ...each(spec?.ingress, 'spec.ingress', (rule, field) => [
      ...each(rule.ports, `${field}.ports`, checkPolicyPort),
      ...each(rule.from, `${field}.from`, checkPeer),
    ]),
    ...each(spec?.egress, 'spec.egress', (rule, field) => [
      ...each(rule.ports, `${field}.ports`, checkPolicyPort),
      ...each(rule.to, `${field}.to`, checkPeer),
    ]),
    ...(types.length > POLICY_TYPES.length
      ? [invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')]
      : each(types, 'spec.policyTypes', (type, field) =>
          POLICY_TYPES.includes(type) ? [] : [notSupported(field, type, POLICY_TYPES)],
        )),
  ];
}

/** Ingress is always governed unless said otherwise; egress only where there are egress rules. */
export function defaultNetworkPolicy(policy: NetworkPolicy): NetworkPolicy {
  const spec = policy.spec ?? { podSelector: {} };
  const withProtocols = <R extends { readonly ports?: readonly Port[] }>(rule: R): R =>
    rule.ports
      ? { ...rule, ports: rule.ports.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) }
      : rule;
  return {
    ...policy,
    spec: {
      ...spec,
      podSelector: spec.podSelector ?? {},
      ...(spec.ingress ? { ingress: spec.ingress.map(withProtocols) } : {}),
      ...(spec.egress ? { egress: spec.egress.map(withProtocols) } : {}),
      policyTypes: spec.policyTypes?.length
        ? spec.policyTypes
        : ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])],
    },
  };
}
