/** What is read, what is left out, and what is said about the rest. */
import { describe, expect, test } from '@jest/globals';
import { detect } from '../../../src/preflight/detect/detect.ts';
import { readFacts } from '../../../src/preflight/facts/read.ts';
import { type ApiObject, clusterOf, type Forbidden } from './api.ts';
import { configMap, daemonSet, node, NODES } from './fixtures/make.ts';

const read = (objects: readonly ApiObject[], forbidden?: Forbidden) =>
  readFacts(clusterOf(objects, [], forbidden), new AbortController().signal);

test('nothing is kept that no detector asks for: it may be secret', async () => {
  const facts = await read([
    node('node-a', { annotations: { 'example.com/token': 'SECRET' } }),
    ...daemonSet('kube-system/terway', [['terway', 'acs/terway:v1.0.10', { env: { ACCESS_KEY: 'SECRET' } }]]),
    configMap('kube-system/eni-config', { disable_network_policy: 'false', eni_conf: 'SECRET' }),
    ...daemonSet('shop/batch', [['main', 'shop/batch:1', { args: ['--password=SECRET'] }]]),
  ]);
  expect(JSON.stringify(facts)).not.toContain('SECRET');
  expect(facts.configMaps).toEqual([
    { namespace: 'kube-system', name: 'eni-config', data: { disable_network_policy: 'false' } },
  ]);
});

describe('what can not be read', () => {
  const agent = daemonSet('kube-system/calico-node', [['calico-node', 'calico/node:v3.30.2']]);

  test('is listed with the reason, and nothing is claimed of it', async () => {
    const facts = await read([...NODES, ...agent], (what) => what === 'Pod' || what === 'ConfigMap');
    expect(new Set(facts.unread)).toEqual(
      new Set([
        { what: 'ConfigMap kube-system/calico-config', why: 'not allowed' },
        { what: 'Pods of DaemonSet kube-system/calico-node', why: 'not allowed' },
      ]),
    );
    expect(detect(facts).engines[0]).not.toHaveProperty('agents');
  });

  test('all of it: everything is named, and the answer is unknown', async () => {
    const facts = await read([...NODES, ...agent], () => true);
    expect(facts.unread.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['Nodes', 'API groups', 'Namespaces', 'DaemonSets of all namespaces']),
    );
    expect(detect(facts).enforcer).toMatchObject({ kind: 'unknown' });
  });

  test('does not hide a bug', async () => {
    const broken = { ...clusterOf([], []), list: () => Promise.reject(new TypeError('a bug')) };
    await expect(readFacts(broken, new AbortController().signal)).rejects.toThrow('a bug');
  });
});

test('an abort ends it', async () => {
  const gone = new AbortController();
  gone.abort(new Error('enough'));
  await expect(readFacts(clusterOf([], []), gone.signal)).rejects.toThrow('enough');
});
