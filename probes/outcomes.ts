/** What the operating system's error codes say about the network. */
import type { Outcome } from './wire.ts';

/**
 * Linux turns ICMP errors into error codes (net/ipv4/icmp.c `icmp_err_convert`, net/ipv6/icmp.c
 * `icmpv6_err_convert`), so that a code tells what a router or filter on the way answered. Codes that are not
 * here come from the source itself and say nothing about the network: `errored`.
 */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  /** TCP: RST. Either: ICMP port unreachable, the default of nftables' and iptables' REJECT. */
  ['ECONNREFUSED', 'refused'],
  /** TCP: a RST that came between SYN and the end of the handshake. */
  ['ECONNRESET', 'refused'],
  /** ICMP host unreachable, host and communication administratively prohibited; no neighbour answered (ARP). */
  ['EHOSTUNREACH', 'unreachable'],
  /** ICMP net unreachable, net administratively prohibited; but see `atConnect`. */
  ['ENETUNREACH', 'unreachable'],
  /** ICMP host unknown. */
  ['EHOSTDOWN', 'unreachable'],
  /** ICMP host isolated. */
  ['ENONET', 'unreachable'],
  /** ICMP protocol unreachable. */
  ['ENOPROTOOPT', 'unreachable'],
  /** ICMPv6 administratively prohibited, policy fail, reject route; IPv4: a `prohibit` route. */
  ['EACCES', 'unreachable'],
  /** The kernel gave up its own retransmissions. */
  ['ETIMEDOUT', 'timed-out'],
]);

/**
 * Codes by which the source says that it is out of something: asking again more slowly may help.
 * EADDRNOTAVAIL from connect(2): no free source port.
 */
const EXHAUSTED: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EAGAIN',
  'EAI_MEMORY',
]);

/** Error of an attempt that would have timed out while the agent was not awake. */
export const STARVED = 'starved';

/**
 * The outcome behind an error code. `atConnect`: the code came from the call of connect(2) itself, before any
 * packet left; ENETUNREACH is then a missing route in the pod and not an answer.
 * EPERM stays `errored`: the pod's own output filter, a seccomp profile or a cgroup program refused the call.
 */
export function outcomeOf(code: string, atConnect = false): Outcome {
  if (atConnect && code === 'ENETUNREACH') return 'errored';
  return OUTCOMES.get(code) ?? 'errored';
}

/** True if the attempt failed for want of something at the source, so that a slower try may succeed. */
export const wantsSlower = (error: string | undefined): boolean =>
  error !== undefined && (error === STARVED || EXHAUSTED.has(error));

/** The code of anything thrown or emitted. */
export function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.name;
  return String(error);
}
