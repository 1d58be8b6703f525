/** Ports as they are written: `tcp/8080`; `dns` alone means port 53. */
import type { PortSpec, Protocol } from '../model/scenario.ts';
import { nearest } from './words.ts';

export const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'http', 'https', 'dns'];

/** Ports up to here would need a capability that restricted Pod Security takes away. */
export const LAST_PRIVILEGED_PORT = 1024;

const DNS_PORT = 53;

/** The port, or undefined if the text is none. */
export function parsePort(text: string): PortSpec | undefined {
  const [, word, digits] = /^([a-z]+)(?:\/([0-9]{1,5}))?$/.exec(text) ?? [];
  const protocol = PROTOCOLS.find((known) => known === word);
  if (protocol === undefined || (digits === undefined && protocol !== 'dns')) return undefined;
  const port = digits === undefined ? DNS_PORT : Number(digits);
  return port >= 1 && port <= 65_535 ? { protocol, port } : undefined;
}

export function portText({ protocol, port }: PortSpec): string {
  return `${protocol}/${port}`;
}

/** What was probably meant by something that is no port: `8080/tcp`, `tpc/8080`, `TCP:8080`, `8080`. */
export function portMeant(written: unknown): string | undefined {
  if (typeof written !== 'string' && typeof written !== 'number') return undefined;
  const text = String(written).toLowerCase();
  const digits = /\d+/.exec(text)?.[0];
  const word = /[a-z]+/.exec(text)?.[0] ?? 'tcp';
  const protocol = nearest(word, PROTOCOLS);
  if (protocol === undefined) return undefined;
  const meant = digits === undefined ? protocol : `${protocol}/${Number(digits)}`;
  return parsePort(meant) === undefined ? undefined : meant;
}

/** Both use the same sockets: `http/8080` is TCP on 8080. */
export function transport({ protocol }: PortSpec): 'tcp' | 'udp' {
  return protocol === 'udp' || protocol === 'dns' ? 'udp' : 'tcp';
}
