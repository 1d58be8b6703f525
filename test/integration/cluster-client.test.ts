/** The cluster client and the clean-up against the embedded cluster's API: what no scripted double can show. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { connect } from '../../src/cluster/connect.ts';
import type { V1Pod } from '../../src/cluster/types.ts';
import { cleanup } from '../../src/fleet/cleanup.ts';
import { ANNOTATION, RUN_LABEL } from '../../src/model/labels.ts';
import { type Running, start } from '../support/netproof.ts';

const MINUTE = 60_000;
let sandbox: Running;
let cluster: Cluster;
beforeAll(async () => {
  sandbox = start(['sandbox']);
  const [, kubeconfig = ''] = await sandbox.seen(/export KUBECONFIG=(\S+)/);
  cluster = await connect({ kubeconfig });
}, MINUTE);
afterAll(async () => {
  sandbox.process.kill('SIGINT');
  expect(await sandbox.ended).toMatchObject({ code: 0 });
});

/** Asks the watch, not the clock. */
async function untilPod(namespace: string, condition: (pod: V1Pod) => boolean): Promise<V1Pod> {
  const stop = new AbortController();
  let found: V1Pod | undefined;
  const onEvent = ({ object }: { readonly object: V1Pod }) => {
    if (!condition(object)) return;
    found ??= object;
    stop.abort();
  };
  await cluster.watch(
    'Pod',
    { namespace },
    onEvent,
    AbortSignal.any([stop.signal, AbortSignal.timeout(MINUTE)]),
  );
  if (found === undefined) throw new Error('no such pod came');
  return found;
}

function namespace(name: string, run?: string) {
  return cluster.create('Namespace', {
    metadata: {
      name,
      ...(run !== undefined && {
        labels: { [RUN_LABEL]: run },
        annotations: { [ANNOTATION.createdByRun]: run },
      }),
    },
  });
}

function pod(name: string, at: string, script: string, run?: string): V1Pod {
  return {
    metadata: { name, namespace: at, ...(run !== undefined && { labels: { [RUN_LABEL]: run } }) },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'node:22-alpine', command: ['node', '-e', script] }],
    },
  };
}

/** A new namespace has no service account for a moment, and no pod without one. */
async function createPod(object: V1Pod): Promise<V1Pod> {
  const at = object.metadata?.namespace ?? '';
  for (;;) {
    try {
      return await cluster.create('Pod', object);
    } catch (error) {
      if (!String(error).includes('service account')) throw error;
      await cluster.get('Namespace', undefined, at);
    }
  }
}

describe('the client', () => {
  test(
    'reads a pod’s life from its watch and its whole log from before its start',
    async () => {
      await namespace('client');
      const script = 'for (let i = 0; i < 2000; i++) console.log(`${i} größer`)';
      const lines: string[] = [];
      const created = await createPod(pod('speaker', 'client', script));
      const reading = cluster.followLog('client', 'speaker', (line) => lines.push(line), {
        signal: AbortSignal.timeout(MINUTE),
        onRestart: () => (lines.length = 0),
      });
      const ended = await untilPod('client', ({ status }) => status?.phase === 'Succeeded');
      await reading;
      expect(lines).toEqual(Array.from({ length: 2000 }, (_, i) => `${i} größer`));
      expect(ended.metadata?.uid).toBe(created.metadata?.uid);
      expect(await cluster.podTemplate('pod', 'client', 'speaker')).toMatchObject({
        spec: created.spec ?? {},
      });
    },
    MINUTE,
  );

  test(
    'lists more than a page, and deletes by UID only',
    async () => {
      await namespace('many');
      const made = Array.from({ length: 1_100 }, (_, i) => ({
        metadata: { name: `c${i}`, namespace: 'many' },
      }));
      await Promise.all(made.map((one) => cluster.create('ConfigMap', one)));
      const listed = await cluster.list('ConfigMap', {
        namespace: 'many',
        fieldSelector: 'metadata.name!=kube-root-ca.crt',
      });
      expect(new Set(listed.map(({ metadata }) => metadata?.name)).size).toBe(1_100);
      const uid = listed[0]?.metadata?.uid ?? '';
      const name = listed[0]?.metadata?.name ?? '';
      expect(await cluster.delete('ConfigMap', 'many', name, 'another-uid')).toBe(false);
      expect(await cluster.delete('ConfigMap', 'many', name, uid)).toBe(true);
      expect(await cluster.delete('ConfigMap', 'many', name, uid)).toBe(false);
    },
    MINUTE,
  );

  test(
    'a misspelt policy field is refused, a dry run stores nothing',
    async () => {
      await namespace('policies');
      const policy = (name: string, rule: object) => ({
        metadata: { name, namespace: 'policies' },
        spec: { podSelector: {}, ingress: [rule] },
      });
      await expect(cluster.create('NetworkPolicy', policy('odd', { form: [] }))).rejects.toMatchObject({
        code: 'api-error',
        message: expect.stringContaining('unknown field "spec.ingress[0].form"'),
      });
      const from = [{ podSelector: { matchLabels: { app: 'web' } } }];
      await cluster.create('NetworkPolicy', policy('dry', { from }), { dryRun: true });
      const kept = await cluster.create('NetworkPolicy', policy('kept', { from }));
      expect(kept.spec?.ingress).toEqual([{ from }]);
      expect(
        (await cluster.list('NetworkPolicy', { namespace: 'policies' })).map(
          ({ metadata }) => metadata?.name,
        ),
      ).toEqual(['kept']);
    },
    MINUTE,
  );
});

describe('clean-up', () => {
  test(
    'removes a killed run’s pods and namespaces, running pods included, and nothing else',
    async () => {
      await namespace('theirs');
      await namespace('ours', 'r1');
      const forever = 'setInterval(() => {}, 1000); console.log("up")';
      await createPod(pod('theirs', 'theirs', forever));
      await createPod(pod('np1', 'theirs', forever, 'r1'));
      await createPod(pod('np2', 'ours', forever, 'r1'));
      await untilPod('ours', ({ status }) => status?.phase === 'Running');

      const request = { cluster, runId: 'r1' };
      const planned = await cleanup({ ...request, dryRun: true });
      const { deleted, skipped } = await cleanup({ ...request, dryRun: false });
      expect(skipped).toEqual([]);
      expect(deleted).toEqual(planned.deleted);
      expect(deleted.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
        'Namespace ours',
        'Pod np1',
        'Pod np2',
      ]);
      expect(await cluster.get('Namespace', undefined, 'ours')).toBeUndefined();
      expect(await cluster.get('Pod', 'theirs', 'np1')).toBeUndefined();
      expect(await cluster.get('Pod', 'theirs', 'theirs')).toBeDefined();
    },
    MINUTE,
  );
});
