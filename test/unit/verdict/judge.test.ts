/** The verdict table, a row per case: what was expected, what was recorded, what it amounts to. */
import { describe, expect, test } from '@jest/globals';
import type { RunRecord } from '../../../src/model/record.ts';
import { judge } from '../../../src/verdict/judge.ts';
import {
  attempt,
  listener,
  observation,
  PATH,
  probe,
  prober,
  record,
  REJECTING,
  SIGHTING,
  T0,
  targetProbe,
} from '../../support/record.ts';

type Row = readonly [name: string, verdict: string, given: Partial<RunRecord>];

const denyTo = (
  more: Parameters<typeof observation>[1],
  outcome: Parameters<typeof observation>[0] = 'timed-out',
) => [probe({ observation: observation(outcome, more) })];
const askedAgain = (earlier: Parameters<typeof observation>[1]) => [
  probe({ earlier: observation('timed-out', earlier), observation: observation('timed-out') }),
];
const allow = (outcome: Parameters<typeof observation>[0], more: Parameters<typeof observation>[1] = {}) => [
  probe({ expect: 'allow', observation: observation(outcome, more) }),
];
const target = (
  expectation: 'allow' | 'deny',
  outcome: Parameters<typeof observation>[0],
  more: Parameters<typeof observation>[1] = {},
) => targetProbe({ expect: expectation, observation: observation(outcome, more) });
const reachedByControl = {
  fromNode: 'worker-1',
  to: { kind: 'target', endpoint: 'internet:tcp/443', host: '203.0.113.10' },
  rounds: [[T0 + 5, 'connected']],
} as const;
const unechoed = { attempts: [attempt('connected', 0, { echoed: false, by: undefined as never })] };

const DENY: readonly Row[] = [
  ['silence with every control', 'pass: dropped', {}],
  [
    'refused where the cluster rejects',
    'pass: rejected',
    { capabilities: REJECTING, probes: denyTo({}, 'refused') },
  ],
  ['refused where the cluster drops', 'inconclusive: closed-port', { probes: denyTo({}, 'refused') }],
  ['unreachable where the cluster drops', 'inconclusive: closed-port', { probes: denyTo({}, 'unreachable') }],
  [
    'refused where the cluster rejects, but the port was not open',
    'inconclusive: closed-port',
    { capabilities: REJECTING, probes: denyTo({}, 'refused'), listeners: [listener({ alive: {} })] },
  ],
  ['the nonce was seen', 'fail: leak-one-way', { probes: denyTo({ seen: [SIGHTING] }) }],
  [
    'the nonce was seen after a refusal',
    'fail: leak-one-way',
    { probes: denyTo({ seen: [SIGHTING] }, 'refused') },
  ],
  [
    'the nonce was seen late, after the question had been asked again',
    'fail: leak-one-way',
    { probes: askedAgain({ seen: [SIGHTING] }) },
  ],
  ['silence, as before it was asked again', 'pass: dropped', { probes: askedAgain({}) }],
  ['the nonce was echoed', 'fail: leak', { probes: denyTo({}, 'connected') }],
  ['connected, no echo, not seen', 'inconclusive: intercepted', { probes: denyTo(unechoed, 'connected') }],
  [
    'one of several attempts leaked',
    'fail: leak flaky',
    {
      probes: denyTo({ attempts: [attempt('connected'), attempt('timed-out', 1000)] }),
    },
  ],
  ['the listener is dead', 'inconclusive: listener-dead', { listeners: [listener({ alive: {} })] }],
  [
    'the listener died before the last attempt',
    'inconclusive: listener-dead',
    {
      listeners: [listener({ alive: { 'tcp/8080': [T0 - 250, T0 + 900] } })],
    },
  ],
  [
    'another port of the listener answers',
    'inconclusive: listener-dead',
    {
      listeners: [listener({ alive: { 'udp/53': [T0 + 1500] } })],
    },
  ],
  [
    'nothing ever reached the listener from outside its pod',
    'inconclusive: listener-dead',
    {
      listeners: [listener({ kubeletAt: [] })],
    },
  ],
  ['the source never spoke', 'inconclusive: source-mute', { probers: [prober({ kubeletAt: [] })] }],
  ['nothing passed between the nodes', 'inconclusive: path-dead', { controls: [] }],
  [
    'the control failed too',
    'inconclusive: path-dead',
    {
      controls: [{ ...PATH, rounds: [[T0 + 100, 'timed-out']] }],
    },
  ],
  [
    'packets passed between the nodes only long before',
    'inconclusive: path-dead',
    {
      controls: [{ ...PATH, rounds: [[T0 - 60_000, 'connected']] }],
    },
  ],
  ['the name did not resolve', 'inconclusive: unresolved', { probes: denyTo({}, 'dns-failed') }],
  ['TLS failed', 'inconclusive: tls-failed', { probes: denyTo({}, 'tls-failed') }],
  [
    'the prober was starved',
    'inconclusive: starved',
    {
      probes: denyTo({ attempts: [attempt('errored', 0, { error: 'starved' })] }, 'errored'),
    },
  ],
  [
    'the prober had no sockets',
    'inconclusive: source-fault',
    {
      probes: denyTo({ attempts: [attempt('errored', 0, { error: 'EMFILE' })] }, 'errored'),
    },
  ],
  [
    'a whole round failed at the source',
    'inconclusive: source-fault',
    {
      probes: denyTo({ attempts: [attempt('errored', 0, { error: 'EMFILE' }), attempt('timed-out', 1000)] }),
    },
  ],
  [
    'the starved attempts were made again',
    'pass: dropped',
    {
      probes: denyTo({ attempts: [attempt('errored', 0, { error: 'starved' }), attempt('timed-out', 500)] }),
    },
  ],
  [
    'the listener was starved',
    'inconclusive: starved',
    { listeners: [listener({ lag: [[T0 + 1500, 900]] })] },
  ],
  [
    'the listener was starved for as long as its own record takes for too long',
    'inconclusive: starved',
    { listeners: [listener({ lag: [[T0 + 1500, 300]], stallMs: 250 })] },
  ],
  [
    'the listener was starved for less',
    'pass: dropped',
    { listeners: [listener({ lag: [[T0 + 1500, 300]], stallMs: 500 })] },
  ],
  [
    'the listener stood still all through',
    'inconclusive: starved',
    {
      listeners: [listener({ lag: [[T0 + 9000, 12_000]] })],
    },
  ],
  ['the picture still changed', 'inconclusive: unsettled', { probes: denyTo({ stable: false }) }],
  ['the prober broke off', 'inconclusive: probe-lost', { probers: [prober({ complete: false })] }],
  ['the prober never ran', 'inconclusive: probe-lost', { probers: [] }],
  ['the prober told nothing about it', 'inconclusive: probe-lost', { probes: [probe()] }],
  ['an empty observation', 'inconclusive: probe-lost', { probes: denyTo({ attempts: [] }) }],
  [
    "the listener's log has a hole",
    'inconclusive: probe-lost',
    { listeners: [listener({ complete: false })] },
  ],
  [
    'another pod answered',
    'inconclusive: probe-lost',
    {
      probes: denyTo({ attempts: [attempt('connected', 0, { by: 'np-other-0' })] }, 'connected'),
    },
  ],
];

const ALLOW: readonly Row[] = [
  ['echoed', 'pass: reached', { probes: allow('connected') }],
  [
    'echoed once, timed out once',
    'pass: reached flaky',
    {
      probes: allow('timed-out', { attempts: [attempt('connected'), attempt('timed-out', 1000)] }),
    },
  ],
  ['timed out', 'fail: blocked', { probes: allow('timed-out') }],
  ['refused', 'fail: blocked', { probes: allow('refused') }],
  ['unreachable', 'fail: blocked', { probes: allow('unreachable') }],
  ['arrived, answer lost', 'fail: reply-lost', { probes: allow('timed-out', { seen: [SIGHTING] }) }],
  [
    'arrived, answer late because the listener was starved',
    'inconclusive: starved',
    {
      probes: allow('timed-out', { seen: [SIGHTING] }),
      listeners: [listener({ lag: [[T0 + 1500, 900]] })],
    },
  ],
  [
    'timed out, listener dead',
    'inconclusive: listener-dead',
    {
      probes: allow('timed-out'),
      listeners: [listener({ alive: {} })],
    },
  ],
  [
    'refused, listener dead',
    'inconclusive: listener-dead',
    {
      probes: allow('refused'),
      listeners: [listener({ alive: {} })],
    },
  ],
  [
    'timed out, source mute',
    'inconclusive: source-mute',
    {
      probes: allow('timed-out'),
      probers: [prober({ kubeletAt: [] })],
    },
  ],
  ['timed out, no path', 'inconclusive: path-dead', { probes: allow('timed-out'), controls: [] }],
  ['a proxy answered', 'inconclusive: intercepted', { probes: allow('connected', unechoed) }],
  [
    'the wanted status',
    'pass: reached',
    {
      probes: [
        probe({
          expect: 'allow',
          expectStatus: 200,
          observation: observation('connected', {
            attempts: [attempt('connected', 0, { status: 200 })],
          }),
        }),
      ],
    },
  ],
  [
    'another status',
    'fail: wrong-status',
    {
      probes: [
        probe({
          expect: 'allow',
          expectStatus: 200,
          observation: observation('connected', {
            attempts: [attempt('connected', 0, { status: 403 })],
          }),
        }),
      ],
    },
  ],
  [
    'the prober broke off',
    'inconclusive: probe-lost',
    {
      probes: allow('connected'),
      probers: [prober({ complete: false })],
    },
  ],
];

const TARGETS: readonly Row[] = [
  ['deny: answered', 'fail: leak', { probes: [target('deny', 'connected')] }],
  [
    'deny: silent, a control reached it',
    'pass: dropped',
    {
      probes: [target('deny', 'timed-out')],
      controls: [reachedByControl],
    },
  ],
  [
    'deny: silent, another source reached it',
    'pass: dropped',
    {
      probes: [
        target('deny', 'timed-out'),
        { ...target('allow', 'connected'), source: 'api', prober: 'np-second-0' },
      ],
      probers: [prober(), prober({ pod: 'np-second-0', workload: 'api' })],
    },
  ],
  [
    'deny: silent, only the same source reached it',
    'inconclusive: never-reachable',
    {
      probes: [target('deny', 'timed-out'), target('allow', 'connected')],
    },
  ],
  ['deny: silent for all', 'inconclusive: never-reachable', { probes: [target('deny', 'timed-out')] }],
  [
    'deny: silent, reached only by a source for whom everything answers',
    'inconclusive: never-reachable',
    {
      probes: [
        target('deny', 'timed-out'),
        { ...target('allow', 'connected'), source: 'api', prober: 'np-second-0' },
      ],
      probers: [prober(), prober({ pod: 'np-second-0', workload: 'api', blackhole: 'connected' })],
    },
  ],
  [
    'deny: silent, source mute',
    'inconclusive: source-mute',
    {
      probes: [target('deny', 'timed-out')],
      probers: [prober({ kubeletAt: [] })],
      controls: [reachedByControl],
    },
  ],
  [
    'deny: refused where the cluster drops',
    'inconclusive: closed-port',
    {
      probes: [target('deny', 'refused')],
      controls: [reachedByControl],
    },
  ],
  [
    'deny: refused where the cluster rejects',
    'pass: rejected',
    {
      probes: [target('deny', 'refused')],
      controls: [reachedByControl],
      capabilities: REJECTING,
    },
  ],
  [
    'deny: answered by something that answers for everyone',
    'inconclusive: intercepted',
    {
      probes: [target('deny', 'connected')],
      probers: [prober({ blackhole: 'connected' })],
    },
  ],
  ['allow: answered', 'pass: reached', { probes: [target('allow', 'connected')] }],
  [
    'allow: answered by something that answers for everyone',
    'inconclusive: intercepted',
    {
      probes: [target('allow', 'connected')],
      probers: [prober({ blackhole: 'connected' })],
    },
  ],
  [
    'allow: silent, a control reached it',
    'fail: blocked',
    {
      probes: [target('allow', 'timed-out')],
      controls: [reachedByControl],
    },
  ],
  ['allow: silent for all', 'inconclusive: never-reachable', { probes: [target('allow', 'timed-out')] }],
  [
    'allow: the name did not resolve',
    'inconclusive: unresolved',
    { probes: [target('allow', 'dns-failed')] },
  ],
  [
    'deny: the name did not resolve',
    'inconclusive: unresolved',
    {
      probes: [target('deny', 'dns-failed')],
      controls: [reachedByControl],
    },
  ],
  [
    'the address changed hands',
    'inconclusive: probe-lost',
    {
      probes: [{ ...target('deny', 'timed-out'), movedAway: true }],
      controls: [reachedByControl],
    },
  ],
];

function firstVerdict(given: Partial<RunRecord>): string {
  const [verdict] = judge(record(given));
  if (!verdict) throw new Error('no verdict');
  return `${verdict.verdict}: ${verdict.cause}${verdict.flaky ? ' flaky' : ''}`;
}

describe.each([
  ['deny', DENY],
  ['allow', ALLOW],
  ['targets', TARGETS],
])('%s', (_group, rows) => {
  test.each(rows.map((row) => [...row]))('%s → %s', (_name, expected, given) => {
    expect(firstVerdict(given as Partial<RunRecord>)).toBe(expected);
  });
});

test('there is one verdict per probe, in their order', () => {
  const probes = [...denyTo({}), ...allow('connected')];
  expect(judge(record({ probes })).map(({ probe: index, verdict }) => [index, verdict])).toEqual([
    [0, 'pass'],
    [1, 'pass'],
  ]);
});

test('judging again gives the same verdicts', () => {
  const saved = JSON.parse(JSON.stringify(record())) as RunRecord;
  expect(judge(saved)).toEqual(judge(record()));
});
