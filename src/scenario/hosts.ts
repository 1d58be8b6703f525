/** What can be connected to by name or address. */
import { BlockList, isIP } from 'node:net';
import { quote } from './words.ts';

export interface HostProblem {
  readonly message: string;
  readonly hint?: string;
}

/** These would lead the probe back into its own pod. */
const ONESELF = new BlockList();
ONESELF.addSubnet('127.0.0.0', 8, 'ipv4');
ONESELF.addSubnet('0.0.0.0', 8, 'ipv4');
ONESELF.addAddress('::', 'ipv6');
ONESELF.addAddress('::1', 'ipv6');

/** No one host answers for these. */
const MANY = new BlockList();
MANY.addSubnet('224.0.0.0', 4, 'ipv4');
MANY.addAddress('255.255.255.255', 'ipv4');
MANY.addSubnet('ff00::', 8, 'ipv6');

const DNS_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\.?$/;

/** Why this is no host, or undefined if it is one. */
export function hostProblem(host: string): HostProblem | undefined {
  const version = isIP(host);
  if (version !== 0) return addressProblem(host, version === 4 ? 'ipv4' : 'ipv6');
  const [, inUrl] = /^[a-z]+:\/\/([^/:]+)/i.exec(host) ?? [];
  if (inUrl !== undefined) return { message: `${quote(host)} is a URL, not a host`, hint: meant(inUrl) };
  const [, inBrackets] = /^\[([^\]]*)\]/.exec(host) ?? [];
  if (inBrackets !== undefined) {
    return {
      message: `${quote(host)} is not a host: IPv6 addresses have no brackets here`,
      hint: meant(inBrackets),
    };
  }
  if (host.includes('/'))
    return { message: `${quote(host)} is a range, not one host`, hint: 'write one address in it' };
  const [, beforePort] = /^([^:]+):\d+$/.exec(host) ?? [];
  if (beforePort !== undefined)
    return { message: `${quote(host)} has a port: that belongs under ports`, hint: meant(beforePort) };
  return nameProblem(host);
}

function nameProblem(host: string): HostProblem | undefined {
  const lower = host.toLowerCase();
  // A name's last label is never a number (RFC 3696, section 2), so this was meant for an address.
  if (/(^|\.)[0-9]+\.?$/.test(lower)) return { message: `${quote(host)} is not an IPv4 address` };
  if (/^localhost\.?$/.test(lower)) return itself(host);
  if (DNS_NAME.test(host)) return undefined;
  const message = `${quote(host)} is not a DNS name or address`;
  return DNS_NAME.test(lower) ? { message, hint: meant(lower) } : { message };
}

function addressProblem(host: string, family: 'ipv4' | 'ipv6'): HostProblem | undefined {
  if (host.includes('%'))
    return { message: `${quote(host)} has a scope, which means something else in every pod` };
  if (ONESELF.check(host, family)) return itself(host);
  if (MANY.check(host, family)) return { message: `${quote(host)} is the address of many hosts` };
  return undefined;
}

const itself = (host: string): HostProblem => ({
  message: `${quote(host)} leads each pod to itself`,
  hint: 'a workload with listen is probed by its name',
});

const meant = (host: string): string => `did you mean ${quote(host)}?`;
