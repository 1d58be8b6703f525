import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findLogin } from '../../../src/cluster/kubeconfig.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'netproof-root-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const IN_POD = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const find = (options = {}, env: Record<string, string> = {}) =>
  findLogin(options, { HOME: root, ...env }, root);

function write(text: string, name = 'config'): string {
  const file = path.join(root, name);
  writeFileSync(file, text);
  return file;
}
const YAML = `
clusters:
- name: c
  cluster: { server: "https://api.example:6443/", certificate-authority: ca.pem }
users:
- name: u
  user: { client-certificate: keys/me.pem, client-key: /etc/me.key, token: 12345 }
contexts:
- name: known
  context: { cluster: c, user: u }
- name: nobody
  context: { cluster: c }
current-context: known
`;

describe('a kubeconfig', () => {
  test('is read as kubectl reads it: paths are relative to the file', () => {
    expect(find({ kubeconfig: write(YAML) })).toEqual({
      context: 'known',
      server: 'https://api.example:6443',
      cluster: { server: 'https://api.example:6443/', 'certificate-authority': path.join(root, 'ca.pem') },
      user: {
        'client-certificate': path.join(root, 'keys/me.pem'),
        'client-key': '/etc/me.key',
        token: 12345,
      },
    });
  });

  test('may have a context without a user: anonymous', () => {
    expect(find({ kubeconfig: write(YAML), context: 'nobody' }).user).toEqual({});
  });

  test.each(['clusters: [{', '- a\n- list', 'just text', 'clusters: [1]', 'users: [{name: u, user: text}]'])(
    'that is none (%j) is told by name',
    (text) => {
      const kubeconfig = write(text);
      expect(() => find({ kubeconfig })).toThrow(expect.objectContaining({ code: 'file-unreadable' }));
      expect(() => find({ kubeconfig })).toThrow(kubeconfig);
    },
  );

  test.each([
    ['https://api.example:6443/', {}, 'https://api.example:6443'],
    ['https://api.example/k8s/clusters/c-1/', {}, 'https://api.example/k8s/clusters/c-1'],
    ['localhost:8080', {}, 'http://localhost:8080'],
    ['10.0.0.1:6443', { 'certificate-authority-data': 'Y2E=' }, 'https://10.0.0.1:6443'],
    ['[fd00::1]:6443', { 'insecure-skip-tls-verify': true }, 'https://[fd00::1]:6443'],
  ])('names the server %j with %j as kubectl understands it', (server, more, url) => {
    const clusters = [{ name: 'c', cluster: { server, ...more } }];
    const contexts = [{ name: 'x', context: { cluster: 'c' } }];
    const kubeconfig = write(JSON.stringify({ clusters, contexts, 'current-context': 'x' }));
    expect(find({ kubeconfig }).server).toBe(url);
  });

  test.each(['not a url', 'ftp://api.example', 'https://', 'https://api example', '10.0.0.1:99999'])(
    'with the server %j is refused in words',
    (server) => {
      const kubeconfig = write(YAML.replace('https://api.example:6443/', server));
      expect(() => find({ kubeconfig })).toThrow(expect.objectContaining({ code: 'usage' }));
      expect(() => find({ kubeconfig })).toThrow(`cluster "c" of the kubeconfig has the server "${server}"`);
    },
  );

  test('that is empty has no current context', () => {
    expect(() => find({ kubeconfig: write('') })).toThrow(/no current context/);
  });
});

describe('inside a pod', () => {
  const directory = () => path.join(root, '/var/run/secrets/kubernetes.io/serviceaccount');

  test('the service account is used, if there is no kubeconfig', () => {
    expect(() => find({}, IN_POD)).toThrow(/no kubeconfig found/);
    mkdirSync(directory(), { recursive: true });
    writeFileSync(path.join(directory(), 'token'), 'a-token');
    expect(() => find({})).toThrow(/no kubeconfig found/);
    expect(find({}, IN_POD)).toEqual({
      context: 'in-cluster',
      server: 'https://10.96.0.1:443',
      cluster: { 'certificate-authority': path.join(directory(), 'ca.crt') },
      user: { tokenFile: path.join(directory(), 'token') },
    });
    expect(find({}, { ...IN_POD, KUBERNETES_SERVICE_HOST: 'fd00::1' }).server).toBe('https://[fd00::1]:443');
    expect(find({}, { ...IN_POD, KUBECONFIG: write(YAML) }).server).toBe('https://api.example:6443');
  });
});
