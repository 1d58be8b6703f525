/** What every protocol's dialling side has in common. */
import type { Attempt } from '../wire.ts';

/** Where to dial and what to say. */
export interface Call {
  /** IPv4 or IPv6 address. */
  readonly address: string;
  readonly port: number;
  readonly nonce: string;
  /** One of our listeners is there: its echo is awaited. */
  readonly echo: boolean;
  /** TCP: keep the connection, and speak on it again in the next round. */
  readonly hold?: boolean;
  readonly path?: string;
  /** Name in the HTTP Host header, in SNI and in the certificate check; may be an address. */
  readonly serverName: string;
  readonly query?: string;
}

/** What one try came to; when and which is for the caller to add. */
export type Answer = Omit<Attempt, 'at' | 'ms' | 'round' | 'n'>;

/** Who waits for the answer. Both are called asynchronously, `answered` at most once and last. */
export interface Ear {
  /** The other end has completed the connection; only its words are missing. */
  connected(): void;
  answered(answer: Answer): void;
}

/** One try going on. After either call its socket is free and its ear hears nothing more. */
export interface Try {
  /** Time is over: what it came to. */
  expire(): Answer;
  /** Nobody wants the answer any more. */
  abandon(): void;
}

/** Starts one try from a fresh source port. Throws if the call can't be made at all. */
export type Dial = (call: Call, ear: Ear) => Try;

/** `{ localPort }`, or nothing if the socket has none yet. */
export const portFact = (port: number | undefined): { localPort?: number } =>
  port === undefined ? {} : { localPort: port };
