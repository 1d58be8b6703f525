/**
 * An HTTPS API server for tests, in this process: answers are scripted per path, requests are recorded, and it can
 * be stopped and started again on the same port as a restarted control plane would be.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** One request with the means to answer it. */
export interface Exchange extends Received {
  readonly response: ServerResponse;
  json(value: unknown, status?: number): void;
  /** A Kubernetes Status. */
  fail(code: number, reason: string, message: string, headers?: Record<string, string>): void;
  /** Opens a stream: the answer's head and these pieces; the response stays open. */
  write(...pieces: (string | Buffer)[]): void;
  /** Opens a watch: one line per event; the response stays open. */
  events(...events: readonly (readonly [type: string, object: unknown])[]): void;
  /** Cuts the connection in the middle of the answer, after what was written. */
  readonly cut: () => void;
}

export type Handler = (exchange: Exchange) => void;

export interface ApiServer {
  readonly url: string;
  readonly token: string;
  readonly ca: string;
  readonly received: readonly Received[];
  /** Handlers of one path are used in order, the last one for ever. */
  on(method: string, path: string, ...handlers: [Handler, ...Handler[]]): void;
  /** Requests received with that method and path. */
  count(method: string, path: string): number;
  /** Open connections. */
  readonly sockets: ReadonlySet<Duplex>;
  /** Connections accepted in all. */
  readonly connections: number;
  /** A kubeconfig file for this server. */
  kubeconfig(options?: { token?: string; server?: string; context?: string }): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

const TOKEN = 'a-token';
let certificate: Promise<{ private: string; cert: string }> | undefined;

export async function startApiServer(): Promise<ApiServer> {
  certificate ??= makeCertificate();
  const pem = await certificate;
  const directory = mkdtempSync(path.join(tmpdir(), 'netproof-api-'));
  const routes = new Map<string, Handler[]>();
  const received: Received[] = [];
  const sockets = new Set<Duplex>();
  let connections = 0;
  let files = 0;
  let port = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = await exchangeOf(request, response);
    received.push(exchange);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      exchange.fail(401, 'Unauthorized', 'Unauthorized');
      return;
    }
    const handlers = routes.get(`${exchange.method} ${exchange.path}`);
    const handler = handlers !== undefined && handlers.length > 1 ? handlers.shift() : handlers?.[0];
    if (handler === undefined) exchange.fail(404, 'NotFound', `nothing at ${exchange.path}`);
    else handler(exchange);
  };
  const server = https.createServer({ key: pem.private, cert: pem.cert }, (request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const start = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await start();

  const self: ApiServer = {
    url: `https://127.0.0.1:${port}`,
    token: TOKEN,
    ca: pem.cert,
    received,
    sockets,
    get connections() {
      return connections;
    },
    on: (method, at, ...handlers) => void routes.set(`${method} ${at}`, [...handlers]),
    count: (method, at) => received.filter((one) => one.method === method && one.path === at).length,
    kubeconfig(options = {}) {
      const file = path.join(directory, `config-${files++}`);
      writeFileSync(file, JSON.stringify(kubeconfigFor(self, options)), { mode: 0o600 });
      return file;
    },
    start,
    stop,
    async close() {
      await stop();
      rmSync(directory, { recursive: true });
    },
  };
  self.on('GET', '/version', (exchange) => exchange.json({ gitVersion: 'v1.34.1' }));
  return self;
}

async function makeCertificate(): Promise<{ private: string; cert: string }> {
  return await generate([{ name: 'commonName', value: 'test API server' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
}

async function exchangeOf(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'https://localhost');
  const json: Exchange['json'] = (value, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  const write: Exchange['write'] = (...pieces) => {
    if (!response.headersSent) response.writeHead(200);
    response.flushHeaders();
    for (const piece of pieces) response.write(piece);
  };
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
    response,
    json,
    fail(code, reason, message, headers = {}) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }, code);
    },
    write,
    events: (...events) => write(...events.map(([type, object]) => `${JSON.stringify({ type, object })}\n`)),
    cut: () => request.socket.destroySoon(),
  };
}

function kubeconfigFor(
  server: ApiServer,
  {
    token = TOKEN,
    server: url = server.url,
    context = 'test',
  }: Parameters<ApiServer['kubeconfig']>[0] & object,
): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: context,
        cluster: { server: url, 'certificate-authority-data': Buffer.from(server.ca).toString('base64') },
      },
    ],
    users: [{ name: context, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    'current-context': context,
  };
}
