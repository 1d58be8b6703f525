/** Controllers: what becomes of Services and pods on the network, in DNS, and of what nobody owns. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, Pod } from '../../../src/sandbox/api/object.ts';
import { loadModel } from '../../../src/sandbox/api/schema.ts';
import { deleteObject } from '../../../src/sandbox/api/deletion.ts';
import { until } from '../../support/until.ts';
import { type Parts, parts, settled } from './cluster-parts.ts';
import { NAMESPACES, PODS, POLICIES, SERVICES, object, pod, policy, refusal, resource } from './support.ts';

let cluster: Parts;
beforeEach(async () => {
  cluster = await parts();
  await Promise.all([NAMESPACES, PODS, POLICIES, SERVICES].map(({ model }) => loadModel(model)));
});
afterEach(() => cluster.close());

const service = (name: string, spec: JsonObject) =>
  cluster.rest.create(SERVICES, 'default', object('v1', 'Service', name, { spec }));

interface Shown {
  readonly ip?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly port?: number;
  readonly spec?: JsonObject;
}

/** A pod as its kubelet would show it, on a node that has none of ours. */
async function running(
  name: string,
  { ip, ready = true, phase = 'Running', port = 8080, spec = {} }: Shown,
): Promise<void> {
  const containers = [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: port }] }];
  cluster.rest.create(
    PODS,
    'default',
    pod(name, { nodeName: 'elsewhere', containers, ...spec }, { labels: { app: 'x' } }),
  );
  await settled();
  const { store } = cluster.cluster;
  const stored = store.get('pods', 'default', name) as Pod;
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  store.replace('pods', { ...stored, status: { phase, conditions, ...(ip ? { podIP: ip } : {}) } });
  await settled();
}

const backends = (name: string) =>
  cluster.network
    .last()
    ?.services.find((one) => one.name === name)
    ?.ports.map((port) => port.backends);
const names = () =>
  Object.fromEntries([...cluster.network.names()].filter(([name]) => name.includes('.default.svc.')));

describe('a Service', () => {
  test('leads to ready pods that are not over, at the number that each gives the port', async () => {
    service('web', { selector: { app: 'x' }, ports: [{ port: 80, targetPort: 'web' }] });
    await running('one', { ip: '10.244.1.5' });
    await running('two', { ip: '10.244.1.6', port: 9090 });
    await running('unready', { ip: '10.244.1.7', ready: false });
    await running('over', { ip: '10.244.1.8', phase: 'Succeeded' });
    await running('unplaced', { ready: false });
    expect(backends('web')).toEqual([
      expect.arrayContaining([
        { ip: '10.244.1.5', port: 8080 },
        { ip: '10.244.1.6', port: 9090 },
      ]),
    ]);
    expect(backends('web')?.[0]).toHaveLength(2);
    expect(names()).toMatchObject({ 'web.default.svc.cluster.local': ['10.96.1.1'] });
    const slices = cluster.cluster.store.list('endpointslices.discovery.k8s.io', 'default');
    const unready = slices
      .flatMap((slice) => slice.endpoints)
      .filter((one) => one.conditions?.ready === false);
    expect(unready.map((one) => one.addresses)).toEqual([['10.244.1.7']]);
  });

  test('that publishes pods which are not ready leads to them too', async () => {
    service('web', { selector: { app: 'x' }, publishNotReadyAddresses: true, ports: [{ port: 80 }] });
    await running('unready', { ip: '10.244.1.7', ready: false });
    expect(backends('web')).toEqual([[{ ip: '10.244.1.7', port: 80 }]]);
  });

  test('without address is in DNS alone, with the names of its pods', async () => {
    service('db', { selector: { app: 'x' }, clusterIP: 'None', ports: [{ port: 80 }] });
    await running('one', { ip: '10.244.1.5', spec: { hostname: 'db-0', subdomain: 'db' } });
    await running('two', { ip: '10.244.1.6' });
    expect(backends('db')).toBeUndefined();
    expect(names()).toMatchObject({
      'db.default.svc.cluster.local': ['10.244.1.5', '10.244.1.6'],
      'db-0.db.default.svc.cluster.local': ['10.244.1.5'],
    });
    expect(cluster.network.names().get('10-244-1-5.default.pod.cluster.local')).toEqual(['10.244.1.5']);
  });

  test('that no pod backs has no backends, and leaves with its endpoints', async () => {
    service('web', { selector: { app: 'x' }, ports: [{ port: 80 }] });
    await settled();
    expect(backends('web')).toEqual([[]]);
    const { store } = cluster.cluster;
    const { uid } = store.get('services', 'default', 'web')?.metadata ?? { uid: '' };
    store.remove('services', 'default', 'web', uid);
    await settled();
    expect(store.list('endpointslices.discovery.k8s.io', 'default').map((one) => one.metadata.name)).toEqual([
      'kubernetes',
    ]);
    expect(store.get('endpoints', 'default', 'web')).toBeUndefined();
  });

  test('of the system is there from the start', async () => {
    await settled();
    expect(backends('kubernetes')).toEqual([[{ ip: '172.30.0.1', port: 6443 }]]);
    expect(backends('kube-dns')).toEqual([
      [{ ip: '10.244.1.2', port: 53 }],
      [{ ip: '10.244.1.2', port: 53 }],
    ]);
  });
});

describe('the network', () => {
  test('is told of namespaces with their labels, pods with their ports, and policies', async () => {
    await running('one', { ip: '10.244.1.5' });
    cluster.rest.create(POLICIES, 'default', policy({ policyTypes: ['Egress'] }));
    cluster.rest.create(
      NAMESPACES,
      '',
      object('v1', 'Namespace', 'team', { metadata: { labels: { team: 'a' } } }),
    );
    await settled();
    const state = cluster.network.last();
    expect(state?.namespaces).toContainEqual({
      name: 'team',
      labels: { team: 'a', 'kubernetes.io/metadata.name': 'team' },
    });
    expect(state?.pods.find(({ name }) => name === 'one')).toMatchObject({
      namespace: 'default',
      ip: '10.244.1.5',
      node: 'elsewhere',
      labels: { app: 'x' },
      ports: [{ name: 'web', protocol: 'TCP', port: 8080 }],
    });
    expect(state?.policies.map(({ spec }) => spec?.policyTypes)).toEqual([['Egress']]);
  });

  test('hears no more of a pod that is over, and of a label at once', async () => {
    await running('one', { ip: '10.244.1.5' });
    const { store } = cluster.cluster;
    const relabel = store.get('pods', 'default', 'one') as Pod;
    store.replace('pods', { ...relabel, metadata: { ...relabel.metadata, labels: { app: 'y' } } });
    await settled();
    const find = () => cluster.network.last()?.pods.find(({ name }) => name === 'one');
    expect(find()?.labels).toEqual({ app: 'y' });
    const current = store.get('pods', 'default', 'one') as Pod;
    store.replace('pods', { ...current, status: { ...current.status, phase: 'Failed' } });
    await settled();
    expect(find()).toBeUndefined();
  });
});

test('pods spread over the nodes', async () => {
  for (const name of ['a', 'b', 'c', 'd']) cluster.rest.create(PODS, 'default', pod(name));
  await settled();
  const nodes = cluster.cluster.store.list('pods', 'default').map(({ spec }) => spec.nodeName ?? '');
  expect(nodes.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'worker-1',
    'worker-1',
    'worker-2',
    'worker-2',
  ]);
});

test('what happened is told as events, counted when it repeats', async () => {
  cluster.rest.create(PODS, 'default', pod('a', { nodeSelector: { none: 'such' } }));
  await settled();
  const { store } = cluster.cluster;
  const events = store.list('events', 'default');
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    reason: 'FailedScheduling',
    type: 'Warning',
    involvedObject: { kind: 'Pod', name: 'a' },
    count: 1,
  });
});

describe('a new namespace', () => {
  // No await before it is used: its service account may be there by then.
  const create = () => cluster.rest.create(NAMESPACES, '', object('v1', 'Namespace', 'new'));
  const account = () => cluster.cluster.store.get('serviceaccounts', 'new', 'default');

  test('takes no pods until it has its default service account', async () => {
    create();
    const make = () => cluster.rest.create(PODS, 'new', pod('p'), { dryRun: true });
    expect(refusal(make)).toMatchObject({
      code: 403,
      message:
        'pods "p" is forbidden: error looking up service account new/default: serviceaccount "default" not found',
    });
    await until(() => account() !== undefined);
    expect(make().object.metadata.name).toBe('p');
  });

  test('that is deleted at once is furnished no more', async () => {
    create();
    deleteObject(cluster.rest, NAMESPACES, '', 'new');
    await until(() => cluster.cluster.store.get('namespaces', '', 'new') === undefined);
    cluster.rest.create(NAMESPACES, '', object('v1', 'Namespace', 'later'));
    await until(() => cluster.cluster.store.get('serviceaccounts', 'later', 'default') !== undefined);
    expect(account()).toBeUndefined();
  });
});

test('a ReplicaSet tries again soon when its pods are refused', async () => {
  const { store } = cluster.cluster;
  const account = store.get('serviceaccounts', 'default', 'default');
  if (!account) throw new Error('no account');
  store.remove('serviceaccounts', 'default', 'default', account.metadata.uid);
  const labels = { app: 'x' };
  const containers = [{ name: 'c', image: 'i' }];
  const template = { metadata: { labels }, spec: { nodeSelector: { none: 'such' }, containers } };
  const spec = { replicas: 2, selector: { matchLabels: labels }, template };
  const sets = resource('apps/v1', 'ReplicaSet');
  await loadModel(sets.model);
  cluster.rest.create(sets, 'default', object('apps/v1', 'ReplicaSet', 'early', { spec }));
  const failed = () => store.list('events', 'default').find(({ reason }) => reason === 'FailedCreate');
  await until(() => (failed()?.count ?? 0) > 1);
  store.create('serviceaccounts', account);
  await until(() => store.list('pods', 'default').length === 2);
});
