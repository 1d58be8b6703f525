/** Requests to the cluster's API, as its administrator or as somebody else. */
import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { KUBECONFIG } from './place.ts';

const LIMIT_MS = 60_000;

/** An answer that is no success. */
export class Refused extends Error {
  readonly code: number;
  /** In the server's words. */
  readonly said: string;

  constructor(code: number, what: string, message: string) {
    super(`${what}: ${message}`);
    this.name = 'Refused';
    this.code = code;
    this.said = message;
  }
}

export function kubeconfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(KUBECONFIG);
  return config;
}

/** Connections are kept: a list of every kind there is asks often. */
async function open(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = { agent: false };
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const given = Object.entries({ ca, cert, key, rejectUnauthorized, servername });
  const known = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return { ...options, agent: new Agent({ ...known, keepAlive: true, maxSockets: 8 }) };
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * The answer's body, parsed if it is JSON. Rejects with Refused.
 *
 * @param type of the body
 */
export type Send = <T>(method: Method, path: string, body?: object, type?: string) => Promise<T>;

/** As the current user of a kubeconfig. */
export function sender(config: KubeConfig): Send {
  const opening = open(config);
  const server = config.getCurrentCluster()?.server ?? '';
  return async <T>(method: Method, path: string, body?: object, type = 'application/json') => {
    const { headers, ...options } = await opening;
    const content = body === undefined ? '' : JSON.stringify(body);
    const asked = request(`${server}${path}`, {
      ...options,
      method,
      headers: {
        ...(headers as OutgoingHttpHeaders | undefined),
        accept: 'application/json',
        'content-type': type,
        'content-length': Buffer.byteLength(content),
      },
      timeout: LIMIT_MS,
    });
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)));
    asked.end(content);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
    const code = response.statusCode ?? 0;
    if (code >= 300) throw new Refused(code, `${method} ${path}`, messageOf(text));
    return (response.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : text) as T;
  };
}

export const send = sender(kubeconfig());

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}

/** Undefined where there is none. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused && error.code === 404) return undefined;
    throw error;
  }
}
