/** nftables tables as data. Names are fixed words or digests, never taken from objects: no object's text reaches `nft`. */
import { createHash } from 'node:crypto';

export interface Table {
  /** Family and name. */
  readonly name: string;
  readonly collections: ReadonlyMap<string, Collection>;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** A named set or map. */
export interface Collection {
  readonly kind: 'set' | 'map';
  readonly type: string;
  /** What each key maps to; nothing in a set. */
  readonly elements: ReadonlyMap<string, string>;
}

export interface Chain {
  /** Where packets enter a base chain. */
  readonly hook?: string;
  readonly rules: readonly string[];
}

export function setOf(type: string, elements: readonly string[]): Collection {
  return { kind: 'set', type, elements: new Map(elements.map((element) => [element, ''])) };
}

export function mapOf(type: string, entries: readonly (readonly [string, string])[]): Collection {
  return { kind: 'map', type, elements: new Map(entries) };
}

/**
 * A name that follows from the meaning, so that it stays the same from one state to the next and what is named
 * stays in the kernel; equal meanings share it. Names of nftables may be 255 bytes long.
 */
export function nameFor(prefix: string, meaning: string): string {
  return `${prefix}_${createHash('sha256').update(meaning).digest('hex').slice(0, 16)}`;
}

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['SCTP', 'sctp'],
]);

/** nftables' word for a Kubernetes protocol; undefined if it is none. */
export function protocolOf(protocol: string): string | undefined {
  return PROTOCOLS.get(protocol);
}
