/** Which rounds of the canary count: enough of them, equal, and begun in time. */
import { describe, expect, test } from '@jest/globals';
import type { Outcome, ResultLine } from '../../../probes/wire.ts';
import { type CanaryCell, cellsOf, TCP, UDP } from '../../../src/preflight/canary/cells.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import {
  asExpected,
  remembering,
  type Ruling,
  seenSince,
  signatureOf,
} from '../../../src/preflight/canary/observe.ts';
import type { Stage, Voice } from '../../../src/preflight/canary/stage.ts';

const { pass, drop } = cellsOf('ingress', 'ingress');
const DENY = drop('a', 'b', TCP, '');
const ALLOW = pass('a', 'c', TCP, '');

function lines(from: number, ...outcomes: Outcome[]): ResultLine[] {
  return outcomes.map((outcome, i) => {
    const at = from + i * 100;
    const attempts = [{ outcome, at, ms: 1, round: i, n: 0, echoed: outcome === 'connected' }];
    return { kind: 'result', seq: 0, at, probe: 0, outcome, stable: true, attempts, history: [] };
  });
}

/** One source, its clock 1000 ms behind ours. */
function stage(...told: (readonly [CanaryCell, readonly ResultLine[]])[]): Stage {
  const voice = {
    actor: 'a',
    resident: { log: { offsetMs: 1000 } },
    asks: told.map(([cell]) => ({ cell, order: { echo: true } })),
    results: told.map(([, results]) => results),
  } as unknown as Voice;
  return { voices: new Map([['a', voice]]) } as unknown as Stage;
}

const held = (since: number, ...told: Parameters<typeof stage>) =>
  asExpected(seenSince(stage(...told), since));
const [open, shut] = ['connected', 'timed-out'] as const;

describe('the cells are as expected', () => {
  test('once a deny held twice and an allow was reached since', () => {
    expect(held(1000, [DENY, lines(0, open, shut, shut)], [ALLOW, lines(0, open, open, open)])).toBe(true);
  });

  test.each<[string, number, Parameters<typeof stage>]>([
    ['a deny held once only', 1000, [[DENY, lines(0, open, open, shut)]]],
    ['a deny was open again', 1000, [[DENY, lines(0, shut, shut, open)]]],
    ['a deny was not measured', 1000, [[DENY, lines(0, shut, shut, 'errored')]]],
    ['one of its rounds began too early', 1150, [[DENY, lines(0, shut, shut, shut)]]],
    [
      'an allow was reached before the denies held, and not since',
      1000,
      [
        [DENY, lines(500, shut, shut)],
        [ALLOW, lines(0, open)],
      ],
    ],
    [
      'an allow is not reached',
      1000,
      [
        [DENY, lines(0, shut, shut)],
        [ALLOW, lines(0, open, shut)],
      ],
    ],
    ['nothing was told', 1000, [[DENY, []]]],
  ])('not if %s', (_, since, told) => {
    expect(held(since, ...told)).toBe(false);
  });

  test('a connection that somebody else answered is no answer', () => {
    const [line] = lines(0, open);
    const mute = { ...line, attempts: [{ ...line?.attempts[0], echoed: false }] } as ResultLine;
    expect(held(1000, [ALLOW, [mute]])).toBe(false);
  });
});

describe('the deny signature', () => {
  const of = (...told: Parameters<typeof stage>) => signatureOf(seenSince(stage(...told), 1000));
  const UDP_DENY = drop('a', 'b', UDP, '');

  test('has every way in which an attempt ended since it was denied, by transport', () => {
    const told = lines(0, 'refused', shut, shut, shut);
    expect(of([DENY, lines(0, shut, shut)], [UDP_DENY, told])).toEqual({
      tcp: ['timed-out'],
      udp: ['refused', 'timed-out'],
    });
  });

  test('has nothing of a start: a host that could not be reached at first', () => {
    expect(of([DENY, lines(0, 'unreachable', shut, shut)]).tcp).toEqual(['timed-out']);
    expect(of([DENY, lines(0, shut, 'unreachable', 'unreachable')]).tcp).toEqual(['unreachable']);
  });

  test('is not learned from a Service, which refuses while it has no endpoints', () => {
    const overService = drop('a', 'b', TCP, '', { service: true });
    expect(of([overService, lines(0, 'refused', 'refused')], [DENY, lines(0, shut, shut)]).tcp).toEqual([
      'timed-out',
    ]);
  });

  test('has none of before, and none that was not measured', () => {
    expect(
      of([DENY, lines(0, 'refused', open, shut, shut)], [UDP_DENY, lines(0, 'errored', shut, shut)]),
    ).toEqual({ tcp: ['timed-out'], udp: ['timed-out'] });
  });

  test('is not learned from what must pass, or has not held', () => {
    expect(of([ALLOW, lines(0, 'refused', 'refused')], [DENY, lines(0, open, 'refused')])).toEqual({
      tcp: [],
      udp: [],
    });
  });
});

describe('of what is told earlier and at last', () => {
  const verdict = (kind: 'held' | 'leaked' | 'untold'): Verdict => {
    const base = { probe: 0, because: kind, flaky: false, controls: {} };
    if (kind === 'untold') return { ...base, verdict: 'inconclusive', cause: 'starved' };
    return kind === 'held'
      ? { ...base, verdict: 'pass', cause: 'dropped' }
      : { ...base, verdict: 'fail', cause: 'leak' };
  };
  const ruling = (cell: CanaryCell, kind: Parameters<typeof verdict>[0]): Ruling => ({
    judged: [{ cell, fromNode: 'a', toNode: 'b', verdict: verdict(kind) }],
    signature: { tcp: kind === 'held' ? ['timed-out'] : [], udp: [] },
  });
  test.each([
    ['a deny that held and then could not be told held', DENY, 'held', 'untold', 'pass'],
    ['a deny that held and then leaked leaks', DENY, 'held', 'leaked', 'fail'],
    ['a deny that leaked and then could not be told is not told', DENY, 'leaked', 'untold', 'inconclusive'],
    ['an allow that passed and then could not be told is not told', ALLOW, 'held', 'untold', 'inconclusive'],
  ] as const)('%s', (_, cell, before, after, expected) => {
    const { judged, signature } = remembering([ruling(cell, before)], ruling(cell, after));
    expect(judged[0]?.verdict.verdict).toBe(expected);
    expect(signature.tcp).toEqual(before === 'held' ? ['timed-out'] : []);
  });
});
