/** Rights to read are optional: what may not be read is a gap, and everything else is read. */
import { expect, test } from '@jest/globals';
import type { Cluster, Kind } from '../../../src/cluster/cluster.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import { readPolicies, readWorld } from '../../../src/prediction/read.ts';
import { memoryCluster } from '../../support/memory-cluster.ts';

const SERVED = ['v1', 'networking.k8s.io/v1', 'cilium.io/v2'];
const { signal } = new AbortController();

function clusterWith(forbidden: (kind: Kind | 'custom', where: string | undefined) => boolean): Cluster {
  const memory = memoryCluster({ forbidden: (_, kind, where) => forbidden(kind, where) });
  for (const namespace of ['shop', 'data', 'bank']) {
    memory.put('Namespace', { metadata: { name: namespace } });
    memory.put('NetworkPolicy', { metadata: { name: `of-${namespace}`, namespace } });
    memory.put('Pod', { metadata: { name: `pod-${namespace}`, namespace } });
  }
  return {
    ...memory,
    get: () => Promise.reject(new NetproofError('forbidden', 'not allowed')),
    apiVersions: () => Promise.resolve(SERVED),
    collect: async ({ plural }, keep) => {
      if (forbidden('custom', undefined)) throw new NetproofError('forbidden', 'not allowed');
      const namespace = plural === 'ciliumnetworkpolicies' ? { namespace: 'bank' } : {};
      return [keep({ metadata: { name: plural, ...namespace } })];
    },
  };
}

const names = (policies: readonly { readonly metadata: { readonly name: string } }[]): readonly string[] =>
  policies.map(({ metadata }) => metadata.name);

test('policies of these namespaces and of the whole cluster, of kinds that the server has', async () => {
  const { policies, gaps } = await readPolicies(
    clusterWith(() => false),
    ['shop', 'data'],
    signal,
  );
  expect(names(policies)).toEqual(['of-shop', 'of-data', 'ciliumclusterwidenetworkpolicies']);
  expect(gaps).toEqual([]);
});

test('what may not be listed in a namespace hides that namespace alone', async () => {
  const cluster = clusterWith((kind, where) => kind === 'NetworkPolicy' && where === 'data');
  const { policies, gaps } = await readPolicies(cluster, ['shop', 'data'], signal);
  expect(names(policies)).toContain('of-shop');
  expect(gaps).toEqual([
    {
      namespace: 'data',
      effect: 'unknown',
      why: 'NetworkPolicies in namespace data could not be read: not allowed',
    },
  ]);
});

test('other kinds that may not be listed hide everything', async () => {
  const { gaps } = await readPolicies(
    clusterWith((kind) => kind === 'custom'),
    ['shop'],
    signal,
  );
  expect(gaps.map(({ namespace, effect, why }) => [namespace, effect, why])).toEqual([
    [undefined, 'unknown', 'ciliumnetworkpolicies.cilium.io could not be read: not allowed'],
    [undefined, 'unknown', 'ciliumclusterwidenetworkpolicies.cilium.io could not be read: not allowed'],
  ]);
});

test('a group of policies in versions that are not known hides everything', async () => {
  const later = ['v1', 'networking.k8s.io/v1', 'policy.networking.k8s.io/v1beta1'];
  const cluster = { ...clusterWith(() => false), apiVersions: () => Promise.resolve(later) };
  const { policies, gaps } = await readPolicies(cluster, ['shop'], signal);
  expect(names(policies)).toEqual(['of-shop']);
  expect(gaps).toEqual([
    {
      effect: 'unknown',
      why: 'policies of policy.networking.k8s.io could not be read: it is served as policy.networking.k8s.io/v1beta1 only, which is not known here',
    },
  ]);
});

test('with no right at all nothing fails', async () => {
  const wanted = { namespaces: ['shop'], targets: ['data'], addresses: ['10.96.0.1'] };
  const { policies, objects, gaps } = await readWorld(
    clusterWith(() => true),
    wanted,
    signal,
  );
  expect(policies).toEqual([]);
  expect(objects).toEqual([]);
  expect(new Set(gaps.map(({ effect }) => effect))).toEqual(new Set(['unknown', 'doubt']));
});

test('an abort is no gap', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stop'));
  await expect(
    readPolicies(
      clusterWith(() => false),
      ['shop'],
      stop.signal,
    ),
  ).rejects.toThrow('stop');
});
