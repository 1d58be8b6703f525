import { beforeEach, describe, expect, test } from '@jest/globals';
import { type DeleteOptions, deleteObject } from '../../../src/sandbox/api/deletion.ts';
import type { JsonObject, KubeObject, Pod } from '../../../src/sandbox/api/object.ts';
import {
  CONFIGMAPS,
  NAMESPACES,
  PODS,
  POLICIES,
  type World,
  object,
  pod,
  policy,
  refusal,
  world,
} from './support.ts';

let cluster: World;
beforeEach(async () => {
  cluster = await world();
});

const create = (body: JsonObject): KubeObject => cluster.rest.create(PODS, 'default', body).object;
const json = (value: KubeObject): JsonObject => value as unknown as JsonObject;
const change = (name: string, edit: (current: JsonObject) => JsonObject, options = {}) =>
  cluster.rest.update(PODS, 'default', name, (current) => edit(json(current)), options);
const withSpec =
  (spec: JsonObject) =>
  (current: JsonObject): JsonObject => ({
    ...current,
    spec: { ...(current['spec'] as JsonObject), ...spec },
  });

describe('creating', () => {
  test('fills in what the API server fills in', () => {
    expect(create(pod('p', {}, { labels: { a: 'b' } }))).toMatchObject({
      metadata: { name: 'p', namespace: 'default', labels: { a: 'b' }, generation: 1 },
      spec: {
        restartPolicy: 'Always',
        serviceAccountName: 'default',
        enableServiceLinks: true,
        terminationGracePeriodSeconds: 30,
        containers: [{ imagePullPolicy: 'IfNotPresent' }],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  test('ignores what only the system may say', () => {
    const given = {
      ...pod('p', {}, { uid: 'mine', creationTimestamp: '2000-01-01T00:00:00Z' }),
      status: { phase: 'Running' },
    };
    const made = create(given);
    expect(made.metadata.uid).not.toBe('mine');
    expect(made.metadata.creationTimestamp).toBe('2026-01-02T03:04:05Z');
    expect(made.status).toMatchObject({ phase: 'Pending' });
  });

  test('makes names that fit', () => {
    const made = create(pod('', {}, { generateName: `${'long-'.repeat(20)}` }));
    expect(made.metadata.name).toMatch(/^(long-)+lon[a-z0-9]{5}$/);
    expect(made.metadata.name).toHaveLength(63);
  });

  test('stores nothing in a dry run', () => {
    const dry = cluster.rest.create(PODS, 'default', pod('p'), { dryRun: true });
    expect(dry.object.metadata.uid).not.toBe('');
    expect(cluster.store.list('pods')).toEqual([]);
    create(pod('p'));
    expect(refusal(() => cluster.rest.create(PODS, 'default', pod('p'), { dryRun: true }))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'pods "p" already exists',
      details: { name: 'p', kind: 'pods' },
    });
  });
});

describe('changing', () => {
  test('bumps the version, and the generation only with the spec', () => {
    const made = cluster.rest.create(POLICIES, 'default', policy({})).object;
    const update = (edit: JsonObject): KubeObject =>
      cluster.rest.update(POLICIES, 'default', 'p', (current) => ({ ...json(current), ...edit })).object;
    const labelled = update({ metadata: { name: 'p', labels: { a: 'b' } } });
    expect(labelled.metadata).toMatchObject({ generation: 1, uid: made.metadata.uid, labels: { a: 'b' } });
    expect(Number(labelled.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    expect(update({ spec: { podSelector: {}, policyTypes: ['Egress'] } }).metadata.generation).toBe(2);
  });

  test('does nothing when nothing changes', () => {
    const made = create(pod('p'));
    expect(change('p', (current) => current).object).toBe(made);
  });

  test.each<[string, JsonObject, string]>([
    [
      'an older version',
      { resourceVersion: '1' },
      'the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'another object of that name',
      { uid: 'other' },
      'Precondition failed: UID in precondition: other, UID in object meta: ',
    ],
  ])('refuses %s with 409', (_what, metadata, message) => {
    create(pod('p'));
    const said = refusal(() =>
      change('p', (current) => ({ ...current, metadata: { name: 'p', ...metadata } })),
    );
    expect(said).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(said.message).toContain(message);
  });

  test('refuses another name', () => {
    create(pod('p'));
    const said = refusal(() => change('p', (current) => ({ ...current, metadata: { name: 'q' } })));
    expect(said).toMatchObject({
      code: 400,
      message: 'the name of the object (q) does not match the name on the URL (p)',
    });
  });

  test('keeps a pod as it was scheduled to be, but for its image, deadline and tolerations', () => {
    create(pod('p', { activeDeadlineSeconds: 100 }));
    expect(refusal(() => change('p', withSpec({ nodeName: 'elsewhere' }))).message).toContain(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    );
    expect(refusal(() => change('p', withSpec({ activeDeadlineSeconds: 200 }))).message).toContain(
      'spec.activeDeadlineSeconds: Invalid value: 200: must be less than or equal to previous value',
    );
    expect(change('p', withSpec({ activeDeadlineSeconds: 50 })).object.spec).toMatchObject({
      activeDeadlineSeconds: 50,
    });
    expect(
      change('p', withSpec({ containers: [{ name: 'main', image: 'node:22' }] })).object.spec,
    ).toMatchObject({
      containers: [{ image: 'node:22' }],
    });
  });

  test('takes status through its own door only', () => {
    create(pod('p'));
    const running = (current: JsonObject): JsonObject => ({
      ...withSpec({ nodeName: 'n' })(current),
      status: { phase: 'Running' },
    });
    expect(change('p', running, { subresource: 'status' }).object).toMatchObject({
      status: { phase: 'Running' },
    });
    expect(cluster.store.get('pods', 'default', 'p')?.spec.nodeName).toBeUndefined();
    expect(change('p', (current) => ({ ...current, status: { phase: 'Failed' } })).object.status).toEqual({
      phase: 'Running',
    });
  });
});

const remove = (name: string, options: DeleteOptions = {}) =>
  deleteObject(cluster.rest, PODS, 'default', name, options);

function scheduled(name: string, status: JsonObject = {}): Pod {
  create(pod(name, { nodeName: 'n' }));
  change(name, (current) => ({ ...current, status }), { subresource: 'status' });
  const stored = cluster.store.get('pods', 'default', name);
  if (!stored) throw new Error('not stored');
  return stored;
}

describe('deleting', () => {
  test.each<[string, JsonObject | undefined, DeleteOptions, number | undefined]>([
    ['a pod without node', undefined, {}, undefined],
    ['a running pod', { phase: 'Running' }, {}, 30],
    ['a running pod with its own grace', { phase: 'Running' }, { gracePeriodSeconds: 5 }, 5],
    ['a running pod at once', { phase: 'Running' }, { gracePeriodSeconds: 0 }, undefined],
    ['a pod that has ended', { phase: 'Failed' }, {}, undefined],
  ])('%s', (_what, status, options, grace) => {
    if (status) scheduled('p', status);
    else create(pod('p'));
    const { gone, object: last } = remove('p', options);
    expect(gone).toBe(grace === undefined);
    expect(last.metadata.deletionGracePeriodSeconds).toBe(grace);
    if (grace !== undefined)
      expect(Date.parse(last.metadata.deletionTimestamp ?? '')).toBe(
        Date.parse('2026-01-02T03:04:05Z') + grace * 1000,
      );
    expect(cluster.store.list('pods')).toHaveLength(grace === undefined ? 0 : 1);
  });

  test('again shortens the grace, never lengthens it', () => {
    scheduled('p', { phase: 'Running' });
    remove('p', { gracePeriodSeconds: 10 });
    expect(remove('p', { gracePeriodSeconds: 20 }).object.metadata.deletionGracePeriodSeconds).toBe(10);
    expect(remove('p', { gracePeriodSeconds: 2 }).object.metadata.deletionGracePeriodSeconds).toBe(2);
  });

  test('keeps to preconditions', () => {
    const made = create(pod('p'));
    const said = (preconditions: NonNullable<DeleteOptions['preconditions']>) =>
      refusal(() => remove('p', { preconditions }));
    expect(said({ uid: 'other' })).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(said({ resourceVersion: '1' }).message).toContain('ResourceVersion in precondition: 1');
    expect(remove('p', { preconditions: { uid: made.metadata.uid } }).gone).toBe(true);
    expect(refusal(() => remove('p'))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'pods "p" not found',
    });
  });

  test('waits for finalizers', () => {
    const body = object('v1', 'ConfigMap', 'c', { metadata: { finalizers: ['example.com/wait'] } });
    cluster.rest.create(CONFIGMAPS, 'default', body);
    expect(deleteObject(cluster.rest, CONFIGMAPS, 'default', 'c').gone).toBe(false);
    cluster.rest.update(CONFIGMAPS, 'default', 'c', (current) => ({
      ...json(current),
      metadata: { name: 'c', finalizers: [] },
    }));
    expect(cluster.store.get('configmaps', 'default', 'c')).toBeUndefined();
  });

  test('makes a namespace refuse new content, and leaves the first ones alone', () => {
    cluster.rest.create(NAMESPACES, '', object('v1', 'Namespace', 'leaving'));
    expect(deleteObject(cluster.rest, NAMESPACES, '', 'leaving').object.status).toEqual({
      phase: 'Terminating',
    });
    const said = refusal(() => cluster.rest.create(CONFIGMAPS, 'leaving', object('v1', 'ConfigMap', 'c')));
    expect(said).toMatchObject({
      code: 403,
      message:
        'configmaps "c" is forbidden: unable to create new content in namespace leaving because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    expect(refusal(() => deleteObject(cluster.rest, NAMESPACES, '', 'default'))).toMatchObject({ code: 403 });
  });
});

describe('lists', () => {
  const page = (query: string) => cluster.lists.list(PODS, undefined, new URLSearchParams(query));
  const names = (revisions: readonly { object: KubeObject }[]) =>
    revisions.map((one) => one.object.metadata.name);

  test('come in pages of one moment', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) create(pod(name));
    const first = page('limit=2');
    expect(names(first.revisions)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    remove('c');
    create(pod('f'));
    const token = encodeURIComponent(first.metadata.continue ?? '');
    const second = page(`limit=2&continue=${token}`);
    expect(names(second.revisions)).toEqual(['c', 'd']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const last = page(`limit=2&continue=${encodeURIComponent(second.metadata.continue ?? '')}`);
    expect(names(last.revisions)).toEqual(['e']);
    expect(last.metadata.continue).toBeUndefined();
  });

  test('of a token that is forgotten must begin again', () => {
    expect(refusal(() => page('limit=1&continue=bm9uZS8x'))).toMatchObject({ code: 410, reason: 'Expired' });
  });

  test('select by labels and fields', () => {
    create(pod('a', {}, { labels: { x: '1' } }));
    create(pod('b', { nodeName: 'n' }, { labels: { x: '2' } }));
    expect(names(page('labelSelector=x%3D2').revisions)).toEqual(['b']);
    expect(names(page('fieldSelector=spec.nodeName%3D').revisions)).toEqual(['a']);
    expect(names(page('fieldSelector=metadata.name%21%3Da').revisions)).toEqual(['b']);
    expect(refusal(() => page('fieldSelector=spec.foo%3Da')).message).toBe(
      'field label not supported: spec.foo',
    );
  });
});
