/** EndpointSlices, by pkg/apis/discovery/validation; also those that users write, for Services without selector. */
import { isIPv4, isIPv6 } from 'node:net';
import type { EndpointSlice } from '../object.ts';
import { type FieldError, each, invalidValue, required } from './field.ts';
import { checkImmutable, checkOneOf } from './meta.ts';
import { checkName, checkPort, dnsSubdomain } from './names.ts';
import { PROTOCOLS } from './networkpolicy.ts';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];

function checkAddress(type: string, address: string, field: string): FieldError[] {
  if (type === 'FQDN') return checkName(dnsSubdomain, address, field);
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return fits ? [] : [invalidValue(field, address, `must be a valid ${type} address`)];
}

export function checkEndpointSlice(slice: Partial<EndpointSlice>): FieldError[] {
  const { addressType, endpoints, ports } = slice;
  return [
    ...(addressType ? checkOneOf(addressType, TYPES, 'addressType') : [required('addressType')]),
    ...each(endpoints, 'endpoints', (endpoint: Partial<NonNullable<typeof endpoints>[number]>, field) => [
      ...(endpoint.addresses?.length
        ? each(endpoint.addresses, `${field}.addresses`, (address, at) =>
            checkAddress(addressType ?? '', address, at),
          )
        : [required(`${field}.addresses`, 'must contain at least 1 address')]),
    ]),
    ...each(ports, 'ports', (port, field) => [
      ...(port.port === undefined ? [] : checkPort(port.port, `${field}.port`)),
      ...checkOneOf(port.protocol, PROTOCOLS, `${field}.protocol`),
    ]),
  ];
}

export const checkEndpointSliceUpdate = (next: EndpointSlice, old: EndpointSlice): FieldError[] =>
  checkImmutable(next.addressType, old.addressType, 'addressType');
