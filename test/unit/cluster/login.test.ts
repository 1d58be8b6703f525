import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCredentialSource } from '../../../src/cluster/credentials.ts';
import type { Fields } from '../../../src/cluster/kubeconfig.ts';
import { loginWith } from '../../../src/cluster/login.ts';
import { createTransport, readBody } from '../../../src/cluster/transport.ts';
import { startApiServer } from '../../support/api-server.ts';
import { fastClock } from '../../support/fast-clock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'netproof-login-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const login = (user: Fields, cluster: Fields = {}, server = 'https://api.example') => ({
  context: 'c',
  server,
  cluster,
  user,
});
async function ask(user: Fields, cluster: Fields = {}): Promise<RequestOptions> {
  return await (
    await loginWith(login(user, cluster))
  )();
}

describe('what a login sends', () => {
  test.each<[string, Fields, object]>([
    ['nothing', {}, {}],
    ['a token', { token: 't' }, { authorization: 'Bearer t' }],
    ['a name and password', { username: 'u', password: 'p' }, { authorization: `Basic ${base64('u:p')}` }],
    [
      'another user’s name and groups',
      { as: 'jane', 'as-uid': '7', 'as-groups': ['a', 'b'] },
      { 'impersonate-user': 'jane', 'impersonate-uid': '7', 'impersonate-group': ['a', 'b'] },
    ],
    ['a token before a name', { username: 'u', token: 't' }, { authorization: 'Bearer t' }],
  ])('%s', async (_, user, headers) => {
    expect((await ask(user)).headers).toEqual(headers);
  });

  test('a token in a file is read anew each time, and goes before the other', async () => {
    const tokenFile = path.join(directory, 'token');
    writeFileSync(tokenFile, 'first\n');
    const asking = await loginWith(login({ tokenFile, token: 'other' }));
    expect((await asking()).headers).toEqual({ authorization: 'Bearer first' });
    writeFileSync(tokenFile, 'second\n');
    expect((await asking()).headers).toEqual({ authorization: 'Bearer second' });
  });

  test('certificates, from data or files, and how the server is checked', async () => {
    const file = path.join(directory, 'key.pem');
    writeFileSync(file, 'a-key');
    const user = { 'client-certificate-data': base64('a-cert'), 'client-key': file };
    const cluster = {
      'certificate-authority-data': base64('a-ca'),
      'tls-server-name': 'kubernetes',
      'insecure-skip-tls-verify': true,
    };
    expect(await ask(user, cluster)).toEqual({
      ca: Buffer.from('a-ca'),
      cert: Buffer.from('a-cert'),
      key: Buffer.from('a-key'),
      servername: 'kubernetes',
      rejectUnauthorized: false,
      headers: {},
    });
  });

  test('a plugin’s token comes through the client library', async () => {
    const credential = JSON.stringify({ status: { token: 'from-plugin' } });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [credential] };
    expect((await ask({ exec })).headers).toEqual({ Authorization: 'Bearer from-plugin' });
  });

  test('a file that is missing is told with its context', async () => {
    const source = await createCredentialSource(login({ tokenFile: '/no/such/token' }), fastClock());
    await expect(source.current()).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/credentials of context "c": .*\/no\/such\/token/),
    });
  });
});

describe('how long credentials are held', () => {
  test('30 s, and the connections beyond that while the certificates stay the same', async () => {
    const tokenFile = path.join(directory, 'token');
    writeFileSync(tokenFile, 'first');
    const clock = fastClock();
    const source = await createCredentialSource(login({ tokenFile }), clock);
    const first = await source.current();
    writeFileSync(tokenFile, 'second');
    await clock.wait(29_999);
    expect((await source.current()).headers).toEqual({ authorization: 'Bearer first' });
    await clock.wait(1);
    const second = await source.current();
    expect(second.headers).toEqual({ authorization: 'Bearer second' });
    expect(second.agent).toBe(first.agent);
  });

  test('many who ask at once cause one reading', async () => {
    const source = await createCredentialSource(login({ token: 't' }), fastClock());
    const [one, ...others] = await Promise.all(Array.from({ length: 50 }, () => source.current()));
    expect(new Set(others)).toEqual(new Set([one]));
    expect(one?.agent).toBeInstanceOf(https.Agent);
  });
});

describe('a proxy', () => {
  test('is used, with connections that are kept', async () => {
    const server = await startApiServer();
    const asked: (string | undefined)[] = [];
    const proxy = http.createServer();
    proxy.on('connect', (request, client) => {
      asked.push(request.url);
      const { hostname, port } = new URL(server.url);
      const upstream = connectSocket(Number(port), hostname, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
      upstream.pipe(client).pipe(upstream);
      for (const socket of [upstream, client]) socket.on('error', () => undefined);
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const cluster = {
      'certificate-authority-data': base64(server.ca),
      'proxy-url': `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    };
    const source = await createCredentialSource(
      login({ token: server.token }, cluster, server.url),
      fastClock(),
    );
    const transport = createTransport(server.url, source, 'test', fastClock());
    for (let i = 0; i < 3; i++) {
      const answer = await transport.open({ method: 'GET', path: '/version', silenceMs: 5_000 });
      expect(await readBody(answer)).toBe('{"gitVersion":"v1.34.1"}');
    }
    server.on('GET', '/cut', (exchange) => exchange.cut());
    const fresh = createTransport(server.url, source, 'test', fastClock());
    for (const link of [transport, fresh]) {
      await expect(link.open({ method: 'GET', path: '/cut', silenceMs: 5_000 })).rejects.toThrow();
      expect(link.lastUnreachable()).toBeUndefined();
    }
    await server.close();
    proxy.close();
    expect(new Set(asked)).toEqual(new Set([new URL(server.url).host]));
  });
});
