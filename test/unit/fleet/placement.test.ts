import { expect, test } from '@jest/globals';
import { placementOrder } from '../../../src/fleet/placement.ts';
import type { Placement, Workload } from '../../../src/model/scenario.ts';

const workload = (name: string, placement: Placement = { kind: 'any' }): Workload => ({
  name,
  namespace: 'shop',
  labels: {},
  placement,
  listen: [],
  portNames: {},
  position: { file: 's.yaml', line: 1, column: 1 },
});

test('a workload placed by another comes after it', () => {
  const waves = placementOrder([
    workload('c', { kind: 'different', workload: 'b' }),
    workload('b', { kind: 'same', workload: 'a' }),
    workload('a'),
    workload('d', { kind: 'node', node: 'n1' }),
  ]);
  expect(waves.map((wave) => wave.map(({ name }) => name))).toEqual([['a', 'd'], ['b'], ['c']]);
});

test('a reference to a workload outside the list is taken as met', () => {
  expect(placementOrder([workload('b', { kind: 'same', workload: 'elsewhere' })])).toHaveLength(1);
});

test('a cycle does not loop for ever', () => {
  const cycle = [
    workload('a', { kind: 'same', workload: 'b' }),
    workload('b', { kind: 'same', workload: 'a' }),
  ];
  expect(placementOrder(cycle).flat()).toHaveLength(2);
});
