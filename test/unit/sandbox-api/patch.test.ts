import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/sandbox/api/object.ts';
import { apply } from '../../../src/sandbox/api/patch/apply.ts';
import { jsonPatch } from '../../../src/sandbox/api/patch/json-patch.ts';
import { mergePatch, strategicMergePatch } from '../../../src/sandbox/api/patch/merge.ts';
import { NOW } from './support.ts';

describe('a JSON patch', () => {
  const document = { a: { b: [1, 2] }, 'x/y': { '~': 0 } };
  test.each<[Json, Json]>([
    [[{ op: 'add', path: '/a/c', value: 3 }], { ...document, a: { b: [1, 2], c: 3 } }],
    [[{ op: 'add', path: '/a/b/0', value: 0 }], { ...document, a: { b: [0, 1, 2] } }],
    [[{ op: 'add', path: '/a/b/-', value: 3 }], { ...document, a: { b: [1, 2, 3] } }],
    [[{ op: 'remove', path: '/a/b/0' }], { ...document, a: { b: [2] } }],
    [[{ op: 'replace', path: '/x~1y/~0', value: 1 }], { ...document, 'x/y': { '~': 1 } }],
    [[{ op: 'move', from: '/a/b', path: '/b' }], { a: {}, b: [1, 2], 'x/y': { '~': 0 } }],
    [[{ op: 'copy', from: '/a/b/1', path: '/c' }], { ...document, c: 2 }],
    [[{ op: 'test', path: '/a', value: { b: [1, 2] } }], document],
    [[{ op: 'replace', path: '', value: 5 }], 5],
  ])('%j', (patch, expected) => {
    expect(jsonPatch(document, patch)).toEqual(expected);
  });

  test.each<[Json, string]>([
    [[{ op: 'remove', path: '/none' }], 'does not exist'],
    [[{ op: 'replace', path: '/none', value: 1 }], 'does not exist'],
    [[{ op: 'add', path: '/none/x', value: 1 }], 'does not exist'],
    [[{ op: 'add', path: '/a/b/9', value: 1 }], 'out of bounds'],
    [[{ op: 'test', path: '/a', value: 1 }], 'failed'],
    [[{ op: 'what', path: '/a' }], 'unexpected kind'],
    [{}, 'a list of operations'],
  ])('%j is refused', (patch, message) => {
    expect(() => jsonPatch(document, patch)).toThrow(message);
  });
});

test('a merge patch removes what is null and replaces lists', () => {
  expect(mergePatch({ a: 1, b: { c: 1, d: [1] } }, { a: null, b: { d: [2], e: { f: null } } })).toEqual({
    b: { c: 1, d: [2], e: {} },
  });
});

describe('a strategic merge patch', () => {
  const pod: JsonObject = {
    spec: {
      containers: [
        { name: 'a', image: 'x', env: [{ name: 'K', value: '1' }], ports: [{ containerPort: 80 }] },
        { name: 'b', image: 'y' },
      ],
      tolerations: [{ key: 'k' }],
    },
    metadata: { finalizers: ['f/a'], labels: { l: '1' } },
  };
  const patched = (patch: JsonObject): Json => strategicMergePatch(pod, patch, 'Pod');

  test('merges lists by their keys', () => {
    const env = [
      { name: 'K', value: '2' },
      { name: 'L', value: '3' },
    ];
    expect(
      patched({ spec: { containers: [{ name: 'a', env, ports: [{ containerPort: 81 }] }] } }),
    ).toMatchObject({
      spec: {
        containers: [
          { name: 'a', image: 'x', env, ports: [{ containerPort: 80 }, { containerPort: 81 }] },
          { name: 'b', image: 'y' },
        ],
      },
    });
  });

  test('deletes elements, replaces lists, and keeps to a given order', () => {
    expect(patched({ spec: { containers: [{ $patch: 'delete', name: 'a' }] } })).toMatchObject({
      spec: { containers: [{ name: 'b', image: 'y' }] },
    });
    expect(
      patched({ spec: { containers: [{ $patch: 'replace' }, { name: 'c', image: 'z' }] } }),
    ).toMatchObject({
      spec: { containers: [{ name: 'c', image: 'z' }] },
    });
    const order = [{ name: 'b' }, { name: 'a' }];
    expect(
      patched({ spec: { '$setElementOrder/containers': order, containers: [{ name: 'a', image: 'z' }] } }),
    ).toMatchObject({
      spec: { containers: [{ name: 'b' }, { name: 'a', image: 'z' }] },
    });
  });

  test('replaces lists without a key and maps that ask for it', () => {
    expect(patched({ spec: { tolerations: [{ key: 'n' }] } })).toMatchObject({
      spec: { tolerations: [{ key: 'n' }] },
    });
    expect(patched({ metadata: { labels: { $patch: 'replace', m: '2' } } })).toMatchObject({
      metadata: { labels: { m: '2' } },
    });
  });

  test('treats finalizers as a set', () => {
    expect(patched({ metadata: { finalizers: ['f/b'] } })).toMatchObject({
      metadata: { finalizers: ['f/a', 'f/b'] },
    });
    expect(patched({ metadata: { '$deleteFromPrimitiveList/finalizers': ['f/a'] } })).toMatchObject({
      metadata: { finalizers: [] },
    });
  });

  test('knows that ports of a policy have no key, those of a Service the port', () => {
    const rule = (port: number): JsonObject => ({ spec: { ports: [{ port, name: 'n' }] } });
    expect(strategicMergePatch(rule(1), rule(2), 'NetworkPolicy')).toEqual(rule(2));
    expect(strategicMergePatch(rule(1), rule(2), 'Service')).toEqual({
      spec: {
        ports: [
          { port: 1, name: 'n' },
          { port: 2, name: 'n' },
        ],
      },
    });
  });
});

describe('server-side apply', () => {
  const live: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels: { kept: '1' } },
    spec: { containers: [{ name: 'a', image: 'x' }] },
  };
  const config = (labels: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels },
  });
  const run = (object: JsonObject, applied: JsonObject, manager: string, force = false) =>
    apply(object, applied, { manager, force, now: NOW });
  const labelsOf = (object: JsonObject): Json | undefined => (object['metadata'] as JsonObject)['labels'];

  test('removes what the same manager applied before, and nothing else', () => {
    const first = run(live, config({ a: '1', b: '1' }), 'one').object;
    expect(labelsOf(first)).toEqual({ kept: '1', a: '1', b: '1' });
    expect(labelsOf(run(first, config({ b: '2' }), 'one').object)).toEqual({ kept: '1', b: '2' });
  });

  test('keeps what another manager applied too', () => {
    const first = run(live, config({ a: '1' }), 'one').object;
    const second = run(first, config({ a: '1' }), 'two').object;
    expect(labelsOf(run(second, config({}), 'one').object)).toEqual({ kept: '1', a: '1' });
  });

  test('names conflicts unless forced', () => {
    const first = run(live, config({ a: '1' }), 'one').object;
    expect(run(first, config({ a: '2' }), 'two').conflicts).toEqual([
      { manager: 'one', field: '.metadata.labels.a' },
    ]);
    expect(run(first, config({ a: '1' }), 'two').conflicts).toEqual([]);
    const forced = run(first, config({ a: '2' }), 'two', true);
    expect(forced.conflicts).toEqual([]);
    expect(labelsOf(forced.object)).toEqual({ kept: '1', a: '2' });
  });

  test('removes list elements by their keys', () => {
    const containers = (...names: string[]): JsonObject => ({
      ...config({}),
      spec: { containers: names.map((name) => ({ name, image: name })) },
    });
    const first = run(live, containers('b', 'c'), 'one').object;
    expect(run(first, containers('c'), 'one').object).toMatchObject({
      spec: { containers: [{ name: 'a' }, { name: 'c' }] },
    });
  });
});
