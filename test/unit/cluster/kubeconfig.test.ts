import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'netproof-root-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
  delete process.env['KUBERNETES_SERVICE_HOST'];
  delete process.env['KUBERNETES_SERVICE_PORT'];
});

const load = (options = {}) =>
  loadKubeconfig(
    options,
    { ...process.env, HOME: root, KUBECONFIG: undefined },
    () => new KubeConfig(),
    root,
  );

function writeKubeconfig(user: object, cluster: object = { server: 'https://api.example:6443' }): string {
  const file = path.join(root, 'config');
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'known', context: { cluster: 'c', user: 'u' } },
      { name: 'nobody', context: { cluster: 'c' } },
    ],
    'current-context': 'known',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
async function requestOptions(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return options;
}

describe('kubeconfig', () => {
  test('inside a pod: the service account, if there is no kubeconfig', async () => {
    const directory = path.join(root, '/var/run/secrets/kubernetes.io/serviceaccount');
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'token'), 'pod-token');
    writeFileSync(path.join(directory, 'ca.crt'), 'pod-ca');
    expect(() => load()).toThrow(/no kubeconfig found/);

    process.env['KUBERNETES_SERVICE_HOST'] = '10.96.0.1';
    process.env['KUBERNETES_SERVICE_PORT'] = '443';
    const config = load();
    expect(config.getCurrentCluster()?.server).toBe('https://10.96.0.1:443');
    expect(await requestOptions(config)).toMatchObject({
      headers: { Authorization: 'Bearer pod-token' },
      ca: Buffer.from('pod-ca'),
    });

    const named = load({ kubeconfig: writeKubeconfig({}) });
    expect(named.getCurrentCluster()?.server).toBe('https://api.example:6443');
  });

  test('paths in a file are relative to it', async () => {
    writeFileSync(path.join(root, 'ca.pem'), 'a-ca');
    const file = writeKubeconfig({}, { server: 'https://api.example', 'certificate-authority': 'ca.pem' });
    expect((await requestOptions(load({ kubeconfig: file }))).ca).toEqual(Buffer.from('a-ca'));
  });

  test('a context without a user is anonymous, and still checks the certificate authority', async () => {
    const ca = Buffer.from('a-ca').toString('base64');
    const file = writeKubeconfig({}, { server: 'https://api.example', 'certificate-authority-data': ca });
    const options = await requestOptions(load({ kubeconfig: file, context: 'nobody' }));
    expect([options.ca, options.headers]).toEqual([Buffer.from('a-ca'), {}]);
  });

  test('plain HTTP, as kubectl proxy offers it', async () => {
    const file = writeKubeconfig({}, { server: 'http://127.0.0.1:8001' });
    expect((await requestOptions(load({ kubeconfig: file }))).agent).toBeDefined();
  });
});
