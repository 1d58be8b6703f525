/** The connections to the API server and who we are there, kept fresh. */
import http from 'node:http';
import https, { type RequestOptions } from 'node:https';
import tls from 'node:tls';
import { isNativeError } from 'node:util/types';
import { NetproofError } from '../model/errors.ts';
import type { Clock } from './clock.ts';
import type { Login } from './kubeconfig.ts';
import { IDLE_MS, loginWith } from './login.ts';

const FRESH_MS = 30_000;
/**
 * Streams hold one connection each for as long as they last, so the number of sockets is bounded by who opens
 * them, not here.
 */
const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 16 } as const;

export interface Credentials {
  readonly agent: http.Agent;
  readonly headers: http.OutgoingHttpHeaders;
}

export interface CredentialSource {
  current(): Promise<Credentials>;
  /** After the server refused the current ones. */
  renewed(): Promise<Credentials>;
}

export async function createCredentialSource(login: Login, clock: Clock): Promise<CredentialSource> {
  const ask = await telling(login, () => loginWith(login));
  let held: (Credentials & { readonly identity: string }) | undefined;
  let heldAt = 0;
  let pending: Promise<Credentials> | undefined;

  const renew = async (): Promise<Credentials> => {
    const options = await telling(login, ask);
    const identity = JSON.stringify([options.cert, options.key, options.ca].map(String));
    // Connections carry a client certificate: they are kept for as long as it is the same one.
    const agent = held?.identity === identity ? held.agent : agentFor(login, options);
    held = { agent, headers: headersOf(options), identity };
    heldAt = clock.now();
    return held;
  };
  const renewed = async (): Promise<Credentials> => {
    pending ??= renew().finally(() => (pending = undefined));
    return await pending;
  };
  return {
    renewed,
    current: async () => (held !== undefined && clock.now() < heldAt + FRESH_MS ? held : await renewed()),
  };
}

/** The plugin's or the file system's own words, with what they are about. */
async function telling<T>(login: Login, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const why = isNativeError(error) ? error.message.trim() : String(error);
    throw new NetproofError('forbidden', `cannot get the credentials of context "${login.context}": ${why}`, {
      hint: 'see whether kubectl works with this context',
      cause: error,
    });
  }
}

function headersOf({ headers, auth }: RequestOptions): http.OutgoingHttpHeaders {
  const basic = auth && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  return { ...(headers as http.OutgoingHttpHeaders), ...basic };
}

function agentFor({ server }: Login, options: RequestOptions): http.Agent {
  // The client library has made one (it knows proxies), which would open a connection per request.
  if (options.agent instanceof http.Agent) return Object.assign(options.agent, KEEP_ALIVE);
  if (server.startsWith('http:')) return new http.Agent({ ...KEEP_ALIVE, timeout: IDLE_MS });
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  return new https.Agent({
    ...KEEP_ALIVE,
    timeout: IDLE_MS,
    // Made once: reading certificates again for each of hundreds of connections would cost more than they do.
    secureContext: tls.createSecureContext({ ca, cert, key }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  });
}
