/** `shop/web -> data/db:5432/tcp`: what is asked, not yet looked up. */
import { NetproofError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { parseAddress, parseBlock } from '../policy/address.ts';
import type { TransportProtocol } from '../policy/world.ts';

export interface Question {
  /** As it was written, blanks evened out. */
  readonly text: string;
  readonly from: Asked;
  readonly to: Asked;
  readonly port: AskedPort;
}

/** One end. */
export type Asked =
  | { readonly kind: 'name'; readonly text: string; readonly segments: readonly string[] }
  | { readonly kind: 'address'; readonly text: string }
  | { readonly kind: 'block'; readonly text: string };

/** Exactly one of number and name. */
export interface AskedPort {
  readonly number?: number;
  readonly name?: string;
  /** Absent: whatever fits the port, TCP where nothing tells. */
  readonly protocol?: TransportProtocol;
}

export const FORM = "write it as in 'shop/web -> data/db:5432/tcp'";

/** Throws NetproofError `usage` for what is no question. */
export function parseQuestion(written: string): Question {
  const parts = written.split(/->|→/);
  const [from = '', to = ''] = parts.map((part) => part.trim());
  if (parts.length !== 2)
    throw refused(`${quoted(written)} has ${parts.length < 2 ? 'no' : 'more than one'} arrow`);
  if (from === '' || to === '')
    throw refused(`${quoted(written)} has nothing ${from === '' ? 'before' : 'behind'} the arrow`);
  const { end, port } = splitPort(to);
  const question = { from: askedOf(from), to: askedOf(end), port: portOf(port) };
  if (question.from.kind !== 'name' && question.to.kind !== 'name') {
    throw refused(
      'neither end is in the cluster, and policies are about pods',
      'name a pod or workload on one side',
    );
  }
  return { text: `${from} -> ${to}`, ...question };
}

/** The port comes after the last colon; an IPv6 address before it stands in brackets. */
function splitPort(to: string): { readonly end: string; readonly port: string } {
  const [, inBrackets, length = '', rest = ''] = /^\[([^\]]*)\](\/\d+)?(?::(.*))?$/.exec(to) ?? [];
  if (inBrackets !== undefined) {
    if (rest === '') throw noPort(to);
    return { end: `${inBrackets}${length}`, port: rest };
  }
  if (to.split(':').length > 2) {
    throw refused(
      `the port of ${quoted(to)} can't be told from the address`,
      'write IPv6 addresses in brackets, as in [2001:db8::7]:443/tcp',
    );
  }
  const [end = '', port = ''] = to.split(':').map((part) => part.trim());
  if (port === '') throw noPort(to);
  return { end, port };
}

function noPort(to: string): NetproofError {
  return refused(`${quoted(to)} has no port`, `write it behind a colon, as in ${to}:5432/tcp`);
}

function askedOf(written: string): Asked {
  const text = written.replace(/^\[(.*)\](\/\d+)?$/, '$1$2');
  if (parseAddress(text) !== undefined) return { kind: 'address', text };
  if (parseBlock(text) !== undefined) return { kind: 'block', text };
  const [base = ''] = text.split('/');
  const address = parseAddress(base);
  if (address !== undefined) {
    const most = address.family === 4 ? 32 : 128;
    throw refused(
      `${quoted(text)} is no range of addresses`,
      `the number behind the slash goes from 0 to ${most}`,
    );
  }
  if (/^[\d.]+$/.test(base) && base.includes('.')) throw refused(`${quoted(base)} is no IPv4 address`);
  const segments = text.split('/');
  if (
    segments.length > 3 ||
    segments.some((segment) => !/^[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?$/.test(segment))
  ) {
    throw refused(
      `${quoted(text)} is no name`,
      'write namespace/name, namespace/deployment/name, an address or a CIDR',
    );
  }
  return { kind: 'name', text, segments };
}

const PROTOCOLS: Readonly<Record<string, TransportProtocol>> = {
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
  http: 'TCP',
  https: 'TCP',
};

/** `5432`, `5432/tcp`, `http`, `http/tcp`; and as scenarios write it, `tcp/5432`. */
function portOf(text: string): AskedPort {
  const [first = '', second, ...more] = text.toLowerCase().split('/');
  if (more.length > 0) throw refused(`${quoted(text)} is no port`, 'write it as in 5432/tcp');
  if (second !== undefined && /^\d+$/.test(second)) return withNumber(second, first);
  if (/^\d+$/.test(first)) return withNumber(first, second);
  if (!/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(first)) {
    throw refused(
      `${quoted(text)} is no port`,
      'write a number or the name of a port, as in 5432/tcp or http',
    );
  }
  return { name: first, ...protocolOf(second) };
}

function withNumber(digits: string, protocol: string | undefined): AskedPort {
  const number = Number(digits);
  if (number < 1 || number > 65_535) throw refused(`${digits} is no port`, 'ports go from 1 to 65535');
  return { number, ...protocolOf(protocol) };
}

function protocolOf(written: string | undefined): { readonly protocol?: TransportProtocol } {
  if (written === undefined) return {};
  const protocol = Object.hasOwn(PROTOCOLS, written) ? PROTOCOLS[written] : undefined;
  if (protocol !== undefined) return { protocol };
  const near = nearest(written, ['tcp', 'udp', 'sctp']);
  throw refused(
    `${quoted(written)} is no protocol that policies know`,
    near === undefined ? 'choose tcp, udp or sctp' : `did you mean ${near}?`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function refused(message: string, hint = FORM): NetproofError {
  return new NetproofError('usage', message, { hint });
}
