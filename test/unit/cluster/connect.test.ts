import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../../src/cluster/connect.ts';
import { type ApiServer, startApiServer } from '../../support/api-server.ts';
import { fastClock } from '../../support/fast-clock.ts';

let server: ApiServer;
let home: string;
beforeAll(async () => {
  server = await startApiServer();
  home = mkdtempSync(path.join(tmpdir(), 'netproof-home-'));
});
afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true });
});

function connectWith(
  options: Parameters<typeof connect>[0],
  env: Record<string, string> = {},
  clock = fastClock(),
) {
  return connect(options, { env: { HOME: path.join(home, 'nobody'), ...env }, clock });
}

describe('finding the cluster', () => {
  test('by the option', async () => {
    const cluster = await connectWith({ kubeconfig: server.kubeconfig() });
    expect([cluster.server, cluster.context]).toEqual([server.url, 'test']);
    expect(await cluster.version()).toBe('v1.34.1');
  });

  test('by KUBECONFIG with several paths: missing files do not matter, the first to name something wins', async () => {
    const first = server.kubeconfig({ context: 'first' });
    const second = server.kubeconfig({ context: 'second' });
    const impostor = server.kubeconfig({ context: 'second', server: 'https://127.0.0.1:1' });
    const KUBECONFIG = ['/no/such/file', first, second, impostor].join(path.delimiter);
    expect((await connectWith({}, { KUBECONFIG })).context).toBe('first');
    expect((await connectWith({ context: 'second' }, { KUBECONFIG })).server).toBe(server.url);
  });

  test('in the home directory', async () => {
    const HOME = path.join(home, 'somebody');
    mkdirSync(path.join(HOME, '.kube'), { recursive: true });
    copyFileSync(server.kubeconfig({ context: 'mine' }), path.join(HOME, '.kube', 'config'));
    expect((await connectWith({}, { HOME })).context).toBe('mine');
  });

  test('nowhere: says what to do', async () => {
    await expect(connectWith({})).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('no kubeconfig found'),
      hint: expect.stringMatching(/--kubeconfig.*--sandbox/),
    });
    await expect(connectWith({}, { KUBECONFIG: '/no/such/file' })).rejects.toMatchObject({
      message: expect.stringContaining('/no/such/file'),
    });
  });

  test('a file that is no kubeconfig is named', async () => {
    const file = path.join(home, 'broken');
    writeFileSync(file, 'clusters: [{');
    await expect(connectWith({ kubeconfig: file })).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining(file),
    });
    await expect(connectWith({ kubeconfig: '/no/such/file' })).rejects.toMatchObject({
      code: 'file-unreadable',
    });
  });

  test('an unknown context: the known ones are named, the nearest first', async () => {
    const KUBECONFIG = ['staging', 'production', 'test']
      .map((context) => server.kubeconfig({ context }))
      .join(path.delimiter);
    await expect(connectWith({ context: 'produktion' }, { KUBECONFIG })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('"produktion"'),
      hint: 'there is: "production", "staging", "test"',
    });
  });

  test('a context without its cluster or user is told', async () => {
    const file = path.join(home, 'dangling');
    writeFileSync(
      file,
      JSON.stringify({
        contexts: [{ name: 'lost', context: { cluster: 'gone', user: 'gone' } }],
        'current-context': 'lost',
      }),
    );
    await expect(connectWith({ kubeconfig: file })).rejects.toMatchObject({
      code: 'usage',
      message: 'context "lost" names the cluster "gone", which the kubeconfig does not have',
    });
  });

  test('no current context: offers those that there are', async () => {
    const file = path.join(home, 'undecided');
    writeFileSync(file, JSON.stringify({ contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }] }));
    await expect(connectWith({ kubeconfig: file })).rejects.toMatchObject({
      code: 'usage',
      hint: 'choose one with --context: "a"',
    });
  });
});

describe('the first request', () => {
  test('carries the token and says who asks', async () => {
    await connectWith({ kubeconfig: server.kubeconfig() });
    expect(server.received.at(-1)).toMatchObject({
      path: '/version',
      headers: { 'user-agent': expect.stringMatching(/^netproof\/\d+\.\d+\.\d+/) },
    });
  });

  test('a server that is not there is told within 5 s', async () => {
    const clock = fastClock();
    const began = clock.now();
    const kubeconfig = server.kubeconfig({ server: 'https://127.0.0.1:1' });
    await expect(connectWith({ kubeconfig }, {}, clock)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/https:\/\/127\.0\.0\.1:1 .*connection refused/),
    });
    expect(clock.now() - began).toBeLessThanOrEqual(5_000);
    expect(clock.waits.length).toBeGreaterThan(3);
  });

  test('an expired token is told as such', async () => {
    await expect(connectWith({ kubeconfig: server.kubeconfig({ token: 'old' }) })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('credentials of context "test" (401)'),
      hint: expect.stringContaining('expired'),
    });
  });

  test('an untrusted certificate is not retried', async () => {
    const file = server.kubeconfig();
    const config = JSON.parse(readFileSync(file, 'utf8'));
    delete config.clusters[0].cluster['certificate-authority-data'];
    writeFileSync(file, JSON.stringify(config));
    const clock = fastClock();
    await expect(connectWith({ kubeconfig: file }, {}, clock)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringContaining('certificate is not trusted'),
    });
    expect(clock.waits).toEqual([]);
  });

  test('credentials that cannot be had: the plugin’s own words', async () => {
    const file = server.kubeconfig();
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.users[0].user = { exec: { command: 'sh', args: ['-c', 'echo please log in >&2; exit 1'] } };
    writeFileSync(file, JSON.stringify(config));
    await expect(connectWith({ kubeconfig: file })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('please log in'),
    });
  });
});
