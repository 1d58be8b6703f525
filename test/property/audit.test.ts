/** What a sample and the bystanders of a namespace promise, for any input. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bystandersIn } from '../../src/audit/bystanders.ts';
import { drawSample } from '../../src/audit/sample.ts';
import type { V1LabelSelector } from '../../src/cluster/types.ts';
import { selectorOf } from '../../src/model/selector.ts';
import type { NamespaceObject, PolicyObject } from '../../src/snapshot/snapshot.ts';

const key = fc.constantFrom('app', 'tier', 'env');
const value = fc.constantFrom('a', 'b', 'c');
const labels = fc.dictionary(key, fc.constantFrom('a', 'b', 'c', 'other', ''), { maxKeys: 3 });

const requirement = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.array(value, { minLength: 1 }),
  }),
  fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
);
const selector: fc.Arbitrary<V1LabelSelector> = fc.record({
  matchLabels: fc.dictionary(key, value, { maxKeys: 2 }),
  matchExpressions: fc.array(requirement as fc.Arbitrary<{ key: string; operator: string }>, {
    maxLength: 2,
  }),
});

const policyOf = (podSelector: V1LabelSelector): PolicyObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'shop' },
  spec: { podSelector },
});

describe('bystanders', () => {
  test('whatever pod comes, policies select one of them as they would select it', () => {
    fc.assert(
      fc.property(fc.array(selector, { maxLength: 4 }), labels, (selectors, pod) => {
        const { labelled, complete } = bystandersIn('shop', selectors.map(policyOf));
        expect(complete).toBe(true);
        const chosen = (of: Readonly<Record<string, string>>): string =>
          selectors.map((each) => selectorOf(each).matches(of)).join();
        expect(labelled.map((each) => chosen(each.labels))).toContain(chosen(pod));
      }),
    );
  });

  test('where there are too many ways, it says so', () => {
    const many = Array.from({ length: 8 }, (_, i) => policyOf({ matchLabels: { [`key-${i}`]: 'a' } }));
    const { labelled, complete } = bystandersIn('shop', many);
    expect(complete).toBe(false);
    expect(labelled.length).toBeLessThanOrEqual(200);
  });
});

const namespaces = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 30 })
  .map((names) =>
    names.map((name): NamespaceObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  );

describe('a sample', () => {
  const stakesOf = (list: readonly NamespaceObject[]) =>
    new Map(list.map(({ metadata: { name } }) => [name, { exposure: [], score: name.length, reasons: [] }]));

  test('is the same for the same seed, in whatever order the API told the namespaces', () => {
    fc.assert(
      fc.property(namespaces, fc.string(), fc.nat(12), (list, seed, size) => {
        const config = { critical: { namespaces: ['a*'], labels: [] }, sample: { size } };
        const draw = (given: readonly NamespaceObject[]) => drawSample(given, stakesOf(list), config, seed);
        expect(draw(list.toReversed())).toEqual(draw(list));
      }),
    );
  });

  test('has all that are named, the highest ranks, nobody twice, and as many as asked for', () => {
    fc.assert(
      fc.property(namespaces, fc.string(), fc.nat(12), (list, seed, size) => {
        const config = { critical: { namespaces: ['a*'], labels: [] }, sample: { size } };
        const { namespaces: drawn, population } = drawSample(list, stakesOf(list), config, seed);
        const names = drawn.map(({ namespace }) => namespace);
        const named = list.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('a'));
        expect(new Set(names).size).toBe(names.length);
        expect(names).toEqual(expect.arrayContaining(named));
        expect(population).toBe(list.length);
        expect(names).toHaveLength(Math.max(named.length, Math.min(size, list.length)));
        const lowest = Math.min(
          ...drawn.filter(({ chosen }) => chosen === 'ranked').map(({ score }) => score),
        );
        const left = list.map(({ metadata }) => metadata.name).filter((name) => !names.includes(name));
        for (const name of left) expect(name.length).toBeLessThanOrEqual(lowest);
      }),
    );
  });

  test('differs for other seeds', () => {
    const list = Array.from({ length: 40 }, (_, i): NamespaceObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `n${String(i).padStart(2, '0')}` },
    }));
    const config = { critical: { namespaces: [], labels: [] }, sample: { size: 5 } };
    const seeds = ['a', 'b', 'c', 'd'].map((seed) => drawSample(list, stakesOf(list), config, seed));
    expect(new Set(seeds.map((sample) => JSON.stringify(sample.namespaces))).size).toBeGreaterThan(1);
  });
});
