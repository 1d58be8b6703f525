/** Detection on a real API server, the embedded cluster's: it names itself, and nothing is refused or invented. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { connect } from '../../src/cluster/connect.ts';
import { checkAccess } from '../../src/preflight/access.ts';
import { detect } from '../../src/preflight/detect/detect.ts';
import { detectionRights } from '../../src/preflight/detect/rights.ts';
import { readFacts } from '../../src/preflight/facts/read.ts';
import { ApiLab } from './api-lab.ts';

let lab: ApiLab;
let cluster: Cluster;
beforeAll(async () => {
  lab = await ApiLab.open();
  cluster = await connect({ kubeconfig: lab.sandbox.kubeconfigPath });
});
afterAll(() => lab.close());

const detected = async () => detect(await readFacts(cluster, new AbortController().signal));

test('the embedded cluster says plainly what it is, and everything could be read', async () => {
  const { engines, enforcer, unread, notes, meshes } = await detected();
  expect(engines.map(({ name }) => name)).toEqual(["netproof's embedded cluster"]);
  expect(enforcer).toMatchObject({ kind: 'unknown', why: expect.stringContaining('not yours') });
  expect({ unread, notes, meshes }).toEqual({ unread: [], notes: [], meshes: [] });
});

test('a network plugin installed there is found beside it, with its settings', async () => {
  const labels = { 'k8s-app': 'cilium' };
  const pod = { containers: [{ name: 'cilium-agent', image: 'quay.io/cilium/cilium:v1.15.6' }] };
  await lab.apps.createNamespacedDaemonSet({
    namespace: 'kube-system',
    body: {
      metadata: { name: 'cilium' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
  });
  const data = { 'enable-policy': 'never' };
  await lab.core.createNamespacedConfigMap({
    namespace: 'kube-system',
    body: { metadata: { name: 'cilium-config' }, data },
  });
  const { engines, unread } = await detected();
  const cilium = engines.find(({ id }) => id === 'cilium');
  expect(cilium?.version).toBe('1.15.6');
  expect(cilium?.switches.map(({ effect }) => effect)).toEqual(['off']);
  expect(unread).toEqual([]);
});

test('rights are asked of the server one by one', async () => {
  const { asked, missing } = await checkAccess(cluster, detectionRights());
  expect(missing).toEqual([]);
  expect(asked).toBeGreaterThan(5);
  expect(await cluster.whoAmI()).toEqual({ kind: 'User', name: 'netproof-sandbox-admin' });
});
