import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/sandbox/api/object.ts';
import { type Change, Store } from '../../../src/sandbox/api/store.ts';
import { NOW } from './support.ts';

let store: Store;
beforeEach(() => {
  store = new Store(() => NOW);
});

const bare = (name: string, namespace = 'a', labels = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels, uid: '', resourceVersion: '', creationTimestamp: '' },
});

const create = (name: string, namespace?: string): KubeObject => {
  const stored = store.create('configmaps', bare(name, namespace));
  if (!stored) throw new Error('not stored');
  return stored;
};

const told = (change: Change): string => `${change.type} ${change.revision.object.metadata.name}`;

describe('the store', () => {
  test('gives a UID, a time and a version that only grows, over all resources', () => {
    const one = create('one');
    const two = store.create('secrets', { ...bare('two'), kind: 'Secret' });
    expect(one.metadata).toMatchObject({ creationTimestamp: '2026-01-02T03:04:05Z' });
    expect(one.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(two?.metadata.resourceVersion)).toBe(Number(one.metadata.resourceVersion) + 1);
  });

  test('refuses a taken name, and a change or removal of another object of the same name', () => {
    const first = create('one');
    expect(store.create('configmaps', bare('one'))).toBeUndefined();
    expect(store.remove('configmaps', 'a', 'one', 'another')).toBeUndefined();
    expect(store.remove('configmaps', 'a', 'one', first.metadata.uid)).toBeDefined();
    create('one');
    expect(store.replace('configmaps', first)).toBeUndefined();
  });

  test('lists by namespace, then name', () => {
    create('b', 'z');
    create('b', 'a');
    create('a', 'z');
    const names = store
      .revisions('configmaps')
      .map(({ object: { metadata } }) => `${metadata.namespace}/${metadata.name}`);
    expect(names).toEqual(['a/b', 'z/a', 'z/b']);
    expect(store.revisions('configmaps', 'z')).toHaveLength(2);
  });

  test('tells changes since a version, until they are forgotten', () => {
    const one = create('one');
    store.replace('configmaps', one);
    store.remove('configmaps', 'a', 'one', one.metadata.uid);
    const all = store.since('configmaps', 0);
    expect(all?.map(told)).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one']);
    expect(store.since('configmaps', Number(one.metadata.resourceVersion))?.map(told)).toEqual([
      'MODIFIED one',
      'DELETED one',
    ]);
    const two = create('two');
    for (let i = 0; i < 5000; i++) store.replace('configmaps', two);
    expect(store.since('configmaps', Number(one.metadata.resourceVersion))).toBeUndefined();
    expect(store.since('configmaps', store.version)).toEqual([]);
  });

  test('tells every listener all changes in order, also those that a listener makes', () => {
    const first: string[] = [];
    const second: string[] = [];
    store.subscribe('configmaps', (change: Change) => {
      first.push(told(change));
      if (change.type === 'ADDED' && change.revision.object.metadata.name === 'one') create('two');
    });
    store.subscribe('configmaps', (change: Change) => second.push(told(change)));
    create('one');
    expect(first).toEqual(['ADDED one', 'ADDED two']);
    expect(second).toEqual(first);
  });

  test('tells no more after the listener left', () => {
    const seen: string[] = [];
    const leave = store.subscribe('configmaps', (change: Change) => seen.push(told(change)));
    create('one');
    leave();
    create('two');
    expect(seen).toEqual(['ADDED one']);
  });

  test('serialises a version once', () => {
    create('one');
    const revision = store.revision('configmaps', 'a', 'one');
    expect(revision?.json).toBe(JSON.stringify(revision?.object));
    expect(revision?.json).toBe(revision?.json);
  });
});
