import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import type { V1ConfigMap } from '../../../src/cluster/types.ts';
import { createOurs } from '../../../src/fleet/create-ours.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import { RUN_LABEL } from '../../../src/model/labels.ts';

const lost = new NetproofError('cluster-unreachable', 'connection reset');
const exists = new NetproofError('api-error', 'already exists');
const owned = (run: string): V1ConfigMap => ({
  metadata: { name: 'o', namespace: 'n', labels: { [RUN_LABEL]: run } },
});

/** Answers each create with the next of `answers`; what is stored is asked for by `get`. */
function double(answers: readonly ('ok' | Error)[], stored: V1ConfigMap | undefined) {
  let creates = 0;
  const cluster = {
    create: (_kind: string, object: V1ConfigMap) => {
      const answer = answers[creates++];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(object);
    },
    get: () => Promise.resolve(stored),
  } as unknown as Cluster;
  return { cluster, creates: () => creates };
}

test('an answer that was lost is looked up: what was created is not created twice', async () => {
  const { cluster, creates } = double([lost], owned('run'));
  expect(await createOurs(cluster, 'ConfigMap', owned('run'))).toEqual(owned('run'));
  expect(creates()).toBe(1);
});

test('a request that never arrived is made again', async () => {
  const { cluster, creates } = double([lost, 'ok'], undefined);
  await createOurs(cluster, 'ConfigMap', owned('run'));
  expect(creates()).toBe(2);
});

test('another run’s object of that name is never taken for ours', async () => {
  const { cluster } = double([lost, exists], owned('other'));
  await expect(createOurs(cluster, 'ConfigMap', owned('run'))).rejects.toBe(exists);
});

test('a refusal is a refusal at once', async () => {
  const { cluster, creates } = double([exists], owned('run'));
  await expect(createOurs(cluster, 'ConfigMap', owned('run'))).rejects.toBe(exists);
  expect(creates()).toBe(1);
});

test('a server that stays away is given up', async () => {
  const { cluster, creates } = double([lost, lost, lost], undefined);
  await expect(createOurs(cluster, 'ConfigMap', owned('run'))).rejects.toBe(lost);
  expect(creates()).toBe(3);
});
