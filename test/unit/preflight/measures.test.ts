/** Times out of what the canary's pods told, and what is said of the network. */
import { describe, expect, test } from '@jest/globals';
import type { Outcome, ResultLine } from '../../../probes/wire.ts';
import type { CanaryCell } from '../../../src/preflight/canary/cells.ts';
import {
  applyTimes,
  establishedIn,
  networkConditions,
  openAtFirst,
  removeTimes,
  settlingTime,
  spreadOf,
} from '../../../src/preflight/canary/measures.ts';
import type { Voice } from '../../../src/preflight/canary/stage.ts';
import { schedulable } from '../../../src/preflight/schedulable.ts';

/** One round: its only attempt began at `start`, on the source's clock. */
function line(start: number, outcome: Outcome, more: { n?: number; ms?: number } = {}): ResultLine {
  const { n = 0, ms = 1 } = more;
  const echoed = outcome === 'connected' ? { echoed: true } : {};
  const attempts = [{ outcome, at: start, ms, round: 0, n, ...echoed }];
  return { kind: 'result', seq: 0, at: start + ms, probe: 0, outcome, stable: true, attempts, history: [] };
}
const lines = (...outcomes: Outcome[]): ResultLine[] => outcomes.map((outcome, i) => line(i * 100, outcome));
const [open, shut] = ['connected', 'timed-out'] as const;

/** A source whose clock is 1000 ms behind ours. */
function voice(told: Readonly<Record<string, readonly ResultLine[]>>, lagMs = 0): Voice {
  const cell = {
    capability: 'control',
    expect: 'allow',
    port: { protocol: 'tcp', port: 1 },
    to: 'open-0',
  } as CanaryCell;
  return {
    actor: 'ticker',
    resident: { log: { offsetMs: 1000 }, lag: lagMs === 0 ? [] : [[100, lagMs]] },
    asks: Object.keys(told).map((name) => ({ name, cell, order: {} })),
    results: Object.values(told),
  } as unknown as Voice;
}

describe('programming', () => {
  test('is timed from the policy to the last attempt that got through', () => {
    const ticker = voice({ shut: lines(open, open, shut, open, shut, shut), port: lines(shut, shut) });
    const moments = [
      { policy: 'shut', at: 1150 },
      { policy: 'port', at: 1150 },
      { policy: 'unwatched', at: 0 },
    ];
    expect(applyTimes(ticker, moments, 9000)).toEqual([150, 0]);
  });

  test('is not known while nothing is denied', () => {
    expect(applyTimes(voice({ shut: lines(open, open) }), [{ policy: 'shut', at: 1000 }], 9000)).toEqual([]);
  });

  test('is undone from the deletion to the first attempt that got through', () => {
    const ticker = voice({ shut: lines(open, shut, shut, open) });
    expect(removeTimes(ticker, [{ policy: 'shut', at: 1150 }])).toEqual([150]);
    const ignored = voice({ shut: lines(open, open, open) });
    expect(removeTimes(ignored, [{ policy: 'shut', at: 1150 }])).toEqual([]);
  });

  test('in the median, and at most', () => {
    expect(spreadOf([])).toBeUndefined();
    expect(spreadOf([30, 10, 500])).toEqual({ median: 30, max: 500, samples: 3 });
  });
});

describe('a connection that was open before', () => {
  test.each<[string, readonly Outcome[], 'kept' | 'cut' | undefined]>([
    ['is kept if it is heard once more', [open, open, shut, shut, shut, open], 'kept'],
    ['is cut if it is silent throughout', [open, open, shut, shut, shut, shut], 'cut'],
    ['is cut if it is gone', [open, open, shut, 'refused', 'refused', 'refused'], 'cut'],
    ['is not told of after too few rounds', [open, open, open, shut], undefined],
    ['is not told of if it never was', [shut, shut, shut, shut, shut, shut], undefined],
    ['is not told of if the source slept', [open, open, open, 'errored', 'errored', 'errored'], undefined],
  ])('%s', (_, held, expected) => {
    const ticker = voice({ shut: lines(open, shut, shut, shut, shut, shut), held: lines(...held) });
    expect(establishedIn(ticker, 'held', 'shut', 9000)).toBe(expected);
  });

  test('tells nothing once the policy is gone', () => {
    const ticker = voice({
      shut: lines(open, shut, shut, shut, shut),
      held: lines(open, shut, shut, shut, shut, open),
    });
    expect(establishedIn(ticker, 'held', 'shut', 1450)).toBe('cut');
  });
});

test.each<[string, readonly Outcome[], number | undefined]>([
  ['is isolated from its first attempt', [shut, shut], 0],
  ['is open for a while', [open, open, shut, shut], 100],
  ['is open in its first attempt only', [open, shut], 1],
  ['never becomes isolated', [open, open], undefined],
  ['tells nothing', [], undefined],
])('a new pod %s', (_, outcomes, ms) => {
  expect(openAtFirst(lines(...outcomes))).toBe(ms);
});

test.each<[string, 'allow' | 'deny', readonly Outcome[], number]>([
  ['a deny that held from the first', 'deny', [shut, shut], 0],
  ['a deny that was open at first', 'deny', [open, open, shut, open, shut, shut], 300],
  ['an allow that passed from the first', 'allow', [open, open], 0],
  ['an allow whose source was not yet known', 'allow', ['refused', shut, 'refused', open, open], 200],
  ['an allow that was asked by a source that slept', 'allow', ['errored', open], 0],
  ['nothing', 'deny', [], 0],
])('%s: how long it took', (_, expected, outcomes, ms) => {
  expect(settlingTime(lines(...outcomes), expected)).toBe(ms);
});

describe('the network', () => {
  const rounds = (count: number, make: (i: number) => ResultLine) =>
    Array.from({ length: count }, (_, i) => make(i));
  const names = (told: readonly ResultLine[], lag = 0, sources = ['a', 'b', 'c']) =>
    networkConditions(sources.map((actor) => ({ ...voice({ control: told }, lag), actor }))).map(
      ({ name }) => name,
    );

  test('is fine', () => expect(names(rounds(40, (i) => line(i, open)))).toEqual([]));
  test('is slow', () =>
    expect(names(rounds(40, (i) => line(i, open, { ms: 600 })))).toEqual(['slow-network']));
  test('loses packets', () =>
    expect(names(rounds(40, (i) => line(i, open, { n: i % 5 === 0 ? 1 : 0 })))).toEqual(['lossy']));
  test('is not blamed for a source that slept', () =>
    expect(
      names(
        rounds(40, (i) => line(i, open, { n: i % 5 === 0 ? 1 : 0 })),
        200,
      ),
    ).toEqual([]));
  test('is not blamed for what one source saw', () =>
    expect(
      names(
        rounds(40, (i) => line(i, open, { n: i % 5 === 0 ? 1 : 0 })),
        0,
        ['a'],
      ),
    ).toEqual([]));
  test('is not blamed for a few', () =>
    expect(names(rounds(4, (i) => line(i, open, { n: i % 2 })))).toEqual([]));
});

test('pods are put on nodes that take them', () => {
  const node = (name: string, more: object = {}) => ({ metadata: { name }, spec: {}, ...more });
  const ready = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
  expect(
    schedulable([
      node('b', ready('True')),
      node('a'),
      node('cordoned', { spec: { unschedulable: true } }),
      node('tainted', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
      node('soft', { spec: { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] } }),
      node('down', ready('Unknown')),
      { metadata: { name: 'windows', labels: { 'kubernetes.io/os': 'windows' } } },
    ]),
  ).toEqual(['a', 'b', 'soft']);
});
