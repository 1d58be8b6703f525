import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster, Kind } from '../../../src/cluster/cluster.ts';
import { cleanup, type CleanupRequest } from '../../../src/fleet/cleanup.ts';
import { ANNOTATION, RUN_LABEL } from '../../../src/model/labels.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { type MemoryCluster, memoryCluster, type Oddities } from '../../support/memory-cluster.ts';

const HOUR = 3_600_000;
let cluster: MemoryCluster;
let clock: ReturnType<typeof fastClock>;

interface Made {
  readonly run?: string;
  readonly createdBy?: string;
  readonly ageMs?: number;
}

function put(kind: Kind, path: string, { run, createdBy, ageMs = HOUR }: Made = {}): void {
  const [namespace, name] = path.includes('/') ? path.split('/') : [undefined, path];
  cluster.put(kind, {
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(run !== undefined && { labels: { [RUN_LABEL]: run } }),
      ...(createdBy !== undefined && { annotations: { [ANNOTATION.createdByRun]: createdBy } }),
      creationTimestamp: new Date(clock.now() - ageMs).toISOString(),
    },
  } as Parameters<MemoryCluster['put']>[1]);
}

/** Two runs' leftovers among other people's objects. */
function populate(oddities: Oddities = {}): void {
  clock = fastClock();
  cluster = memoryCluster(oddities);
  put('Namespace', 'shop');
  put('Namespace', 'r1-demo', { run: 'r1', createdBy: 'r1' });
  put('Namespace', 'r2-demo', { run: 'r2', createdBy: 'r2' });
  put('Pod', 'shop/web');
  put('Pod', 'shop/np1', { run: 'r1' });
  put('Pod', 'r1-demo/np2', { run: 'r1' });
  put('Pod', 'r2-demo/np3', { run: 'r2' });
  put('ConfigMap', 'shop/settings');
  put('ConfigMap', 'shop/netproof-r1', { run: 'r1' });
  put('NetworkPolicy', 'shop/deny-all');
  put('NetworkPolicy', 'r1-demo/deny', { run: 'r1' });
}
beforeEach(() => populate());

const run = (request: Partial<CleanupRequest> = {}) => cleanup({ cluster, dryRun: false, clock, ...request });
const names = (list: readonly { kind: string; namespace: string | undefined; name: string }[]) =>
  list
    .map(({ kind, namespace, name }) => `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`)
    .toSorted();
const R1 = [
  'ConfigMap shop/netproof-r1',
  'Namespace r1-demo',
  'NetworkPolicy r1-demo/deny',
  'Pod r1-demo/np2',
  'Pod shop/np1',
];
const OTHERS = ['ConfigMap shop/settings', 'Namespace shop', 'NetworkPolicy shop/deny-all', 'Pod shop/web'];
const left = () =>
  names(
    cluster.stored.map(({ kind, object }) => ({
      kind,
      namespace: object.metadata?.namespace,
      name: object.metadata?.name ?? '',
    })),
  );

describe('cleanup', () => {
  test('removes what one run left, and nothing else', async () => {
    const { deleted, skipped } = await run({ runId: 'r1' });
    expect([names(deleted), skipped]).toEqual([R1, []]);
    expect(left()).toEqual([...OTHERS, 'Namespace r2-demo', 'Pod r2-demo/np3'].toSorted());
  });

  test('without a run id: of every run', async () => {
    const { deleted } = await run();
    expect(names(deleted)).toEqual([...R1, 'Namespace r2-demo', 'Pod r2-demo/np3'].toSorted());
    expect(left()).toEqual(OTHERS);
  });

  test('pods and config maps go first, then policies, then namespaces', async () => {
    await run();
    const steps = cluster.deletions.map(
      (one) => /^(Pod|ConfigMap|NetworkPolicy|Namespace)/.exec(one)?.[0] ?? '',
    );
    const last = (...kinds: string[]) => Math.max(...kinds.map((kind) => steps.lastIndexOf(kind)));
    expect(last('Pod', 'ConfigMap')).toBeLessThan(steps.indexOf('NetworkPolicy'));
    expect(last('NetworkPolicy')).toBeLessThan(steps.indexOf('Namespace'));
  });

  test('a dry run says the same and removes nothing', async () => {
    const before = left();
    const { deleted } = await run({ runId: 'r1', dryRun: true });
    expect(names(deleted)).toEqual(R1);
    expect([left(), cluster.deletions]).toEqual([before, []]);
  });

  test.each<[string, Made]>([
    ['the label alone', { run: 'r1' }],
    ['the annotation alone', { createdBy: 'r1' }],
    ['the annotation of another run', { run: 'r1', createdBy: 'r2' }],
  ])('a namespace with %s stays', async (_, made) => {
    put('Namespace', 'precious', made);
    const { skipped } = await run();
    expect(left()).toContain('Namespace precious');
    expect(names(skipped)).toEqual(made.run === undefined ? [] : ['Namespace precious']);
  });

  test('an unlabelled object stays even if the server’s selector lets it through', async () => {
    populate({ selectsAll: true });
    await run({ runId: 'r1' });
    expect(left()).toEqual([...OTHERS, 'Namespace r2-demo', 'Pod r2-demo/np3'].toSorted());
  });

  test('spares what is younger, and what has no age', async () => {
    put('Pod', 'shop/young', { run: 'r3', ageMs: HOUR / 2 - 1 });
    put('Pod', 'shop/old', { run: 'r3', ageMs: HOUR / 2 });
    cluster.put('Pod', { metadata: { name: 'ageless', namespace: 'shop', labels: { [RUN_LABEL]: 'r3' } } });
    const { deleted, skipped } = await run({ runId: 'r3', olderThanMs: HOUR / 2 });
    expect(names(deleted)).toEqual(['Pod shop/old']);
    expect(names(skipped)).toEqual(['Pod shop/ageless', 'Pod shop/young']);
    expect(skipped.map(({ why }) => why)).toEqual(['too young', 'too young']);
  });

  test.each(['', 'a,b', 'a=b', '!x', 'r1)', 'x'.repeat(64)])('%j is no run id', async (runId) => {
    await expect(run({ runId })).rejects.toMatchObject({ code: 'usage' });
    expect(cluster.deletions).toEqual([]);
  });

  test('an object replaced by another of its name is not deleted', async () => {
    const racing: Cluster = {
      ...cluster,
      delete: async (kind, namespace, name, uid) => {
        if (name === 'np1') {
          cluster.drop('np1');
          put('Pod', 'shop/np1');
        }
        return await cluster.delete(kind, namespace, name, uid);
      },
    };
    const { deleted } = await run({ cluster: racing, runId: 'r1' });
    expect(names(deleted)).not.toContain('Pod shop/np1');
    expect(left()).toContain('Pod shop/np1');
  });

  test('waits until all is gone', async () => {
    let polls = 0;
    populate({ onDelete: (kind) => kind !== 'Namespace' });
    const slow: Cluster = {
      ...cluster,
      list: async (kind, selection) => {
        if (kind === 'Namespace' && ++polls === 4) cluster.drop('r1-demo');
        return await cluster.list(kind, selection);
      },
    };
    const { deleted, skipped } = await run({ cluster: slow, runId: 'r1' });
    expect([names(deleted), skipped]).toEqual([R1, []]);
    expect(clock.waits).toEqual([500, 500]);
  });

  test('says what is still there when the budget is used up', async () => {
    populate({ onDelete: (kind) => kind !== 'Namespace' });
    const { deleted, skipped } = await run({ runId: 'r1', budgetMs: 5_000 });
    expect(names(deleted)).toEqual(R1.filter((one) => one !== 'Namespace r1-demo'));
    expect(skipped).toEqual([
      { kind: 'Namespace', namespace: undefined, name: 'r1-demo', why: 'deleted, but still there' },
    ]);
    expect(clock.waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(5_000);
  });

  test('tells what it removes', async () => {
    const notes: string[] = [];
    await run({ runId: 'r1', emit: (event) => event.kind === 'note' && notes.push(event.message) });
    expect(notes).toEqual(['removing 2 pods, 1 config map, 1 network policy, 1 namespace']);
  });
});

describe('with fewer rights', () => {
  test('looks into each namespace that may be looked into, and names the others', async () => {
    populate({
      forbidden: (verb, kind, where) => verb === 'list' && kind !== 'Namespace' && where !== 'r1-demo',
    });
    const { deleted, skipped } = await run({ runId: 'r1' });
    expect(names(deleted)).toEqual(['Namespace r1-demo', 'NetworkPolicy r1-demo/deny', 'Pod r1-demo/np2']);
    expect(names(skipped)).toContain('Pod shop/*');
  });

  test('without the right to list namespaces it still removes what is in them', async () => {
    populate({ forbidden: (verb, kind) => verb === 'list' && kind === 'Namespace' });
    const { deleted, skipped } = await run({ runId: 'r1' });
    expect(names(deleted)).toEqual(R1.filter((one) => !one.startsWith('Namespace')));
    expect(names(skipped)).toEqual(['Namespace *']);
  });

  test('without any right to list it says so', async () => {
    populate({ forbidden: (verb) => verb === 'list' });
    await expect(run()).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('what may not be deleted is skipped, the rest goes', async () => {
    populate({ forbidden: (verb, _, where) => verb === 'delete' && where === 'shop' });
    const { deleted, skipped } = await run({ runId: 'r1' });
    expect(names(deleted)).toEqual(['Namespace r1-demo', 'NetworkPolicy r1-demo/deny', 'Pod r1-demo/np2']);
    expect(names(skipped)).toEqual(['ConfigMap shop/netproof-r1', 'Pod shop/np1']);
    expect(skipped[0]?.why).toMatch(/not allowed to delete/);
  });
});
