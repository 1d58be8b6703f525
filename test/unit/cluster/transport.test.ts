import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from '../../../src/cluster/connect.ts';
import { createTransport, readBody, type Request } from '../../../src/cluster/transport.ts';
import { type ApiServer, startApiServer } from '../../support/api-server.ts';
import { fastClock } from '../../support/fast-clock.ts';

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.close());

const clock = fastClock();

function transport(url = server.url) {
  const agent = new https.Agent({ keepAlive: true, ca: server.ca });
  const credentials = async () => ({ agent, headers: { authorization: `Bearer ${server.token}` } });
  return createTransport(url, { current: credentials, renewed: credentials }, 'test', clock);
}
const get = (silenceMs: number): Request => ({ method: 'GET', path: '/x', silenceMs });

describe('silence', () => {
  test('before the answer is a fault', async () => {
    server.on('GET', '/x', () => undefined);
    await expect(transport().open(get(20))).rejects.toMatchObject({ code: 'ETIMEDOUT', neverSent: false });
  });

  test('within the answer is a fault', async () => {
    server.on('GET', '/x', (exchange) => exchange.write('half'));
    const answer = await transport().open(get(50));
    await expect(readBody(answer)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});

describe('a server that is away is remembered', () => {
  test('when it can no longer be reached, however long connections to it were kept', async () => {
    const link = transport();
    server.on('GET', '/x', (exchange) => exchange.json({}));
    await readBody(await link.open(get(5_000)));
    await server.stop();
    expect(link.lastUnreachable()).toBeUndefined();
    // The first may yet go out over the kept connection.
    await expect(link.open(get(5_000))).rejects.toThrow();
    await expect(link.open(get(5_000))).rejects.toMatchObject({ neverSent: true });
    expect(link.lastUnreachable()).toBe(clock.now());
    await server.start();
  });

  test.each<[string, (near: Socket) => void]>([
    ['drops connections as soon as they are made', (near) => near.destroy()],
    ['takes connections and is silent', () => undefined],
  ])('when what stands before it %s', async (_, take) => {
    const balancer = createServer(take).listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    const link = transport(`https://127.0.0.1:${(balancer.address() as AddressInfo).port}`);
    await expect(link.open(get(50))).rejects.toMatchObject({ neverSent: false });
    expect(link.lastUnreachable()).toBe(clock.now());
    balancer.close();
  });

  test.each([502, 503, 504])(
    'when a proxy says so with %i, but not when it answers so itself',
    async (code) => {
      const link = transport();
      server.on('GET', '/x', (exchange) => exchange.fail(code, 'Reason', 'its own'));
      await expect(link.open(get(5_000))).rejects.toMatchObject({ answer: { status: code } });
      expect(link.lastUnreachable()).toBeUndefined();
      server.on('GET', '/x', ({ response }) => void response.writeHead(code).end('<html><body>'));
      await expect(link.open(get(5_000))).rejects.toMatchObject({ answer: { status: code } });
      expect(link.lastUnreachable()).toBe(clock.now());
    },
  );

  test('and a connection that breaks off, our own abort or another fault is not taken for it', async () => {
    const link = transport();
    server.on(
      'GET',
      '/x',
      (exchange) => exchange.json({}),
      (exchange) => exchange.cut(),
    );
    await readBody(await link.open(get(5_000)));
    await expect(link.open(get(5_000))).rejects.toMatchObject({ neverSent: false });
    await expect(link.open({ ...get(5_000), signal: AbortSignal.abort() })).rejects.toThrow();
    server.on('GET', '/x', ({ response }) => void response.writeHead(500).end('no'));
    await expect(link.open(get(5_000))).rejects.toMatchObject({ answer: { status: 500 } });
    expect(link.lastUnreachable()).toBeUndefined();
  });
});

describe('answers', () => {
  test.each([
    ['a Status', '{"kind":"Status","reason":"Invalid","message":"spec: wrong"}', 'Invalid', 'spec: wrong'],
    ['plain text', 'container not found\n', 'Unprocessable Entity', 'container not found'],
    ['a proxy’s page', '<html><body>', 'Unprocessable Entity', 'HTTP 422 Unprocessable Entity'],
    ['nothing', '', 'Unprocessable Entity', 'HTTP 422 Unprocessable Entity'],
  ])('%s explains the failure', async (_, body, reason, message) => {
    server.on('GET', '/x', ({ response }) => void response.writeHead(422).end(body));
    await expect(transport().open(get(5_000))).rejects.toMatchObject({
      answer: { status: 422, reason, message },
    });
  });
});

describe('credentials', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'netproof-auth-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('that the server refuses are renewed once before it is told', async () => {
    const used = path.join(directory, 'used');
    const credential = (token: string) =>
      JSON.stringify({ status: { token, expirationTimestamp: '2020-01-01T00:00:00Z' } });
    const script = `echo x >> ${used}; [ $(wc -l < ${used}) = 1 ] && echo '${credential('old')}' || echo '${credential(server.token)}'`;
    const file = server.kubeconfig();
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.users[0].user = { exec: { command: 'sh', args: ['-c', script] } };
    writeFileSync(file, JSON.stringify(config));

    const cluster = await connect({ kubeconfig: file }, { env: {}, clock: fastClock() });
    expect(await cluster.version()).toBe('v1.34.1');
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      `Bearer ${server.token}`,
      `Bearer ${server.token}`,
    ]);
    expect(readFileSync(used, 'utf8')).toBe('x\nx\n');
  });

  test('a user name and password are sent as Basic', async () => {
    const seen: (string | undefined)[] = [];
    const plain = http.createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"gitVersion":"v1"}');
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as { port: number };
    const file = server.kubeconfig({ server: `http://127.0.0.1:${port}` });
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.users[0].user = { username: 'u', password: 'p' };
    writeFileSync(file, JSON.stringify(config));
    await connect({ kubeconfig: file }, { env: {}, clock: fastClock() });
    plain.close();
    plain.closeAllConnections();
    expect(seen).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`]);
  });
});
