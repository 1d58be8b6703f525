/** One request, one answer: the only place where bytes go to the API server. */
import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { Clock } from './clock.ts';
import type { ApiError, Cluster } from './cluster.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { AnswerFault, LinkFault } from './errors.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  /** Media types; absent: JSON. */
  readonly accept?: string | undefined;
  /** JSON. */
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Silence after which the connection counts as dead. */
  readonly silenceMs: number;
}

export interface Transport {
  /** Resolves with a successful answer, its body unread; rejects with a fault. */
  open(request: Request): Promise<IncomingMessage>;
  readonly traffic: Cluster['traffic'];
  readonly lastUnreachable: Cluster['lastUnreachable'];
}

export function createTransport(
  server: string,
  source: CredentialSource,
  userAgent: string,
  clock: Clock,
): Transport {
  const meter = createMeter();
  const isPlain = server.startsWith('http:');
  const { request: start } = isPlain ? http : https;
  // Taken apart once; the path, where it has one, comes before every request's.
  const { path, ...where } = urlToHttpOptions(new URL(server));
  const prefix = (path ?? '').replace(/\/$/, '');

  let unreachableAt: number | undefined;
  const send = (request: Request, credentials: Credentials): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { agent } = credentials;
      const headers = { ...credentials.headers, ...headersOf(request), 'user-agent': userAgent };
      const { method, signal, silenceMs } = request;
      // Hundreds of streams may hang on a run's one signal: that many listeners are no leak.
      if (signal) setMaxListeners(0, signal);
      const target = { ...where, path: `${prefix}${request.path}`, method, headers, agent };
      const outgoing = start(signal ? { ...target, signal } : target);
      let incoming: IncomingMessage | undefined;
      let isConnected = false;
      outgoing.setTimeout(silenceMs, () => (incoming ?? outgoing).destroy(silence(silenceMs)));
      outgoing.on('error', (error) => {
        // A load balancer without a server behind it takes the connection and drops it before TLS is up.
        if (!isConnected && signal?.aborted !== true) unreachableAt = clock.now();
        reject(new LinkFault(error));
      });
      outgoing.once('socket', (socket) => {
        meter.count(socket);
        if (outgoing.reusedSocket) isConnected = true;
        else socket.once(isPlain ? 'connect' : 'secureConnect', () => (isConnected = true));
        // Node's client takes its listener off a socket that it frees: an abort just then must not end the process.
        if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
      });
      outgoing.once('response', (response) => {
        // Whoever reads it gets the error; nobody reading it must not end the process.
        response.on('error', ignore);
        resolve((incoming = response));
      });
      outgoing.end(request.body);
    });

  return {
    traffic: meter.traffic,
    lastUnreachable: () => unreachableAt,
    async open(request) {
      let answer = await send(request, await source.current());
      if (answer.statusCode === 401) {
        answer.resume();
        answer = await send(request, await source.renewed());
      }
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status <= 299) return answer;
      const body = await readBody(answer);
      if (isFromGateway(status, body)) unreachableAt = clock.now();
      throw faultOf(answer, status, body);
    },
  };
}

function ignore(): void {}

function headersOf(request: Request): http.OutgoingHttpHeaders {
  const { accept = 'application/json' } = request;
  if (request.body === undefined) return { accept };
  return {
    accept,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(request.body),
  };
}

function silence(ms: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`no answer within ${ms / 1000} s`), { code: 'ETIMEDOUT' });
}

/** The whole body as text. */
export async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch (error) {
    throw new LinkFault(error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A proxy's word that no API server is behind it; an API server's own answer is a Status object. */
function isFromGateway(status: number, body: string): boolean {
  return status >= 502 && status <= 504 && parseObject(body)?.['kind'] !== 'Status';
}

function faultOf(answer: IncomingMessage, status: number, body: string): AnswerFault {
  const seconds = Number(answer.headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  return new AnswerFault(describe(body, status, answer.statusMessage ?? ''), retryAfterMs);
}

/** The API server answers with a Status object; kubelets and proxies with plain text. */
function describe(body: string, status: number, statusText: string): ApiError {
  const parsed = parseObject(body);
  const message = parsed?.['message'];
  const reason = parsed?.['reason'];
  return {
    status,
    reason: typeof reason === 'string' ? reason : statusText,
    message:
      typeof message === 'string' && message !== '' ? message : plain(body) || `HTTP ${status} ${statusText}`,
  };
}

function plain(body: string): string {
  return body.trimStart().startsWith('<') ? '' : body.trim().slice(0, 500);
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Counts requests, and bytes per connection as HTTP carries them (headers included, TLS not). */
function createMeter(): { count(socket: Socket): void; readonly traffic: Cluster['traffic'] } {
  const open = new Set<Socket>();
  const closed = { sent: 0, received: 0 };
  let requests = 0;
  return {
    count(socket) {
      requests += 1;
      if (open.has(socket)) return;
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        closed.sent += socket.bytesWritten;
        closed.received += socket.bytesRead;
      });
    },
    traffic: {
      get requests() {
        return requests;
      },
      get bytesSent() {
        return [...open].reduce((sum, socket) => sum + socket.bytesWritten, closed.sent);
      },
      get bytesReceived() {
        return [...open].reduce((sum, socket) => sum + socket.bytesRead, closed.received);
      },
    },
  };
}
