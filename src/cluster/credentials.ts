/** The way to the API server and who we are there, kept fresh. */
import http from 'node:http';
import type { RequestOptions } from 'node:https';
import { isNativeError } from 'node:util/types';
import type { KubeConfig } from '@kubernetes/client-node';
import { NetproofError } from '../model/errors.ts';
import type { Clock } from './clock.ts';

/** Tokens from files and plugins expire; the library's own caches make asking again cheap. */
const FRESH_MS = 30_000;
/**
 * Idle connections are closed by us after 3 s. A Node.js server closes them after 5 s and Kubernetes after 90 s
 * or more: a request written just then would be lost, and a create may not be repeated.
 */
const IDLE_MS = 3_000;

export interface Credentials {
  readonly agent: http.Agent;
  readonly headers: http.OutgoingHttpHeaders;
}

export interface CredentialSource {
  current(): Promise<Credentials>;
  /** After the server refused the current ones. */
  renewed(): Promise<Credentials>;
}

export function createCredentialSource(config: KubeConfig, clock: Clock): CredentialSource {
  let held: (Credentials & { readonly identity: string }) | undefined;
  let heldAt = 0;
  let pending: Promise<Credentials> | undefined;

  const ask = async (): Promise<Credentials> => {
    const options = await authenticate(config);
    const identity = JSON.stringify([options.cert, options.key, options.ca].map(String));
    // Connections carry a client certificate: they are kept for as long as it is the same one.
    const agent = held?.identity === identity ? held.agent : keepAlive(options.agent);
    held = { agent, headers: headersOf(options), identity };
    heldAt = clock.now();
    return held;
  };
  const renewed = async (): Promise<Credentials> => {
    pending ??= ask().finally(() => (pending = undefined));
    return await pending;
  };
  return {
    renewed,
    current: async () => (held !== undefined && clock.now() < heldAt + FRESH_MS ? held : await renewed()),
  };
}

async function authenticate(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = { timeout: IDLE_MS, headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const why = isNativeError(error) ? error.message.trim() : String(error);
    throw new NetproofError(
      'forbidden',
      `cannot get the credentials of context "${config.getCurrentContext()}": ${why}`,
      { hint: 'see whether kubectl works with this context', cause: error },
    );
  }
  return options;
}

function headersOf(options: RequestOptions): http.OutgoingHttpHeaders {
  const headers = { ...(options.headers as http.OutgoingHttpHeaders) };
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

/**
 * The library makes the agent (it knows proxies), but one that opens a connection per request. Streams hold one
 * connection each for as long as they last, so the number of sockets is bounded by who uses them, not here.
 */
function keepAlive(agent: RequestOptions['agent']): http.Agent {
  if (!(agent instanceof http.Agent)) throw new Error('the client library made no agent');
  return Object.assign(agent, { keepAlive: true, maxFreeSockets: 16 });
}
