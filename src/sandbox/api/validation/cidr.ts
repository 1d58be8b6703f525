/** CIDR notation, IPv4 and IPv6. */
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const family = isIP(address);
  const prefix = Number(length);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length) || prefix > (family === 4 ? 32 : 128))
    return undefined;
  return { address, prefix, family: isIPv6(address) ? 'ipv6' : 'ipv4' };
}

export function contains(outer: Cidr, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(outer.address, outer.prefix, outer.family);
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** True if `inner` is smaller than `outer` and inside it. */
export const strictlyInside = (inner: Cidr, outer: Cidr): boolean =>
  inner.family === outer.family && inner.prefix > outer.prefix && contains(outer, inner.address);
