import { describe, expect, test } from '@jest/globals';
import type { Answer, Call, Ear } from '../../../probes/dial/dial.ts';
import { type Means, Question } from '../../../probes/question.ts';
import type { ProbeOrder } from '../../../probes/wire.ts';

interface Dialled {
  readonly call: Call;
  readonly ear: Ear;
  state: 'going' | 'expired' | 'abandoned';
}

/** A question over a network of the test's making: time moves by `at`, dials are answered by hand. */
function asked(
  options: {
    echo?: boolean;
    attempts?: number;
    host?: string;
    /** When the agent slept, from and to. */
    stalls?: readonly (readonly [number, number])[];
    /** How long others that are due at the same time take before it. */
    othersMs?: number;
  } = {},
) {
  const within = (from: number, to: number): number[] =>
    (options.stalls ?? []).map((each) => Math.max(0, Math.min(each[1], to) - Math.max(each[0], from)));
  const awakeAt = (time: number): number =>
    (options.stalls ?? []).find(([from, to]) => from <= time && time < to)?.[1] ?? time;
  let now = 0;
  let others = 0;
  let settled = false;
  let connected = false;
  const dialled: Dialled[] = [];
  const lookups: { found(address: string): void; failed(error: Error): void }[] = [];
  const means: Means = {
    now: () => now + others,
    dial: () => (call, ear) => {
      const each: Dialled = { call, ear, state: 'going' };
      dialled.push(each);
      return {
        expire: (): Answer => {
          each.state = 'expired';
          return connected ? { outcome: 'connected', echoed: false } : { outcome: 'timed-out' };
        },
        abandon: () => void (each.state = 'abandoned'),
      };
    },
    address: (host) =>
      host === 'name'
        ? new Promise((found, failed) => {
            lookups.push({ found, failed });
          })
        : host,
    sleep: {
      longestStall: (from, to) => Math.max(0, ...within(from, to)),
      stalledFor: (from, to) => within(from, to).reduce((sum, each) => sum + each, 0),
    },
    retried: () => undefined,
  };
  const probe: ProbeOrder = {
    protocol: 'tcp',
    host: options.host ?? '192.0.2.1',
    port: 1,
    echo: options.echo ?? false,
  };
  const question = new Question(
    { probe, index: 4, salt: 'salt', round: 2, timeout: 1000, attempts: options.attempts ?? 3 },
    means,
    () => (settled = true),
  );
  let next = question.begin();
  return {
    question,
    dialled,
    lookups,
    settled: () => settled,
    connect: (n: number) => {
      connected = true;
      dialled[n]?.ear.connected();
    },
    answer: (n: number, answer: Answer) => dialled[n]?.ear.answered(answer),
    /** Moves the time, telling the question whenever it asked to be told, or as soon after as the agent wakes. */
    at: (time: number) => {
      while (!settled && next !== undefined && awakeAt(next) <= time) {
        now = awakeAt(next);
        others = options.othersMs ?? 0;
        next = question.due(now);
        others = 0;
      }
      now = time;
    },
  };
}

describe('question', () => {
  test('what the agent slept through is not the network’s slowness', () => {
    const asleep = asked({ stalls: [[10, 310]] });
    asleep.at(310);
    asleep.connect(0);
    expect(asleep.question.latency).toBe(10);
  });

  test('tries three times from fresh sockets within one deadline, and then it was silence', () => {
    const it = asked();
    it.at(149);
    expect(it.dialled.length).toBe(1);
    it.at(150);
    expect(it.dialled.length).toBe(2);
    it.at(300);
    expect(it.dialled.length).toBe(3);
    it.at(999);
    expect(it.settled()).toBe(false);
    it.at(1000);
    expect(it.settled()).toBe(true);
    expect(it.question.answer()).toMatchObject({ outcome: 'timed-out', starved: false });
    expect(it.question.answer().attempts.map(({ at, ms, n, round }) => [at, ms, n, round])).toEqual([
      [0, 1000, 0, 2],
      [150, 850, 1, 2],
      [300, 700, 2, 2],
    ]);
    expect(it.dialled.map((each) => each.call.nonce)).toEqual(['salt.4.2.0', 'salt.4.2.1', 'salt.4.2.2']);
  });

  test('the first answer settles it and frees the other sockets', () => {
    const it = asked();
    it.at(160);
    it.answer(1, { outcome: 'connected' });
    expect(it.settled()).toBe(true);
    expect(it.dialled.map((each) => each.state)).toEqual(['abandoned', 'going']);
    expect(it.question.answer()).toMatchObject({ outcome: 'connected', attempts: [{ n: 1, ms: 10 }] });
    expect(it.question.latency).toBe(10);
  });

  test.each(['refused', 'unreachable', 'tls-failed'] as const)('%s is an answer', (outcome) => {
    const it = asked();
    it.answer(0, { outcome });
    expect(it.settled()).toBe(true);
    expect(it.question.answer().outcome).toBe(outcome);
  });

  test('once connected the echo may take three times as long, and nobody else starts', () => {
    const it = asked({ echo: true });
    it.at(100);
    it.connect(0);
    it.at(3099);
    expect(it.settled()).toBe(false);
    expect(it.dialled.length).toBe(1);
    it.at(3100);
    expect(it.question.answer()).toMatchObject({ outcome: 'connected', echoed: false });
    expect(it.question.answer().attempts).toMatchObject([{ ms: 100 }]);
  });

  test('a connection closed without our echo is tried again, and an echo outranks it', () => {
    const it = asked({ echo: true });
    it.at(10);
    it.connect(0);
    it.answer(0, { outcome: 'connected', echoed: false, error: 'ECONNRESET' });
    expect(it.settled()).toBe(false);
    it.at(150);
    it.connect(1);
    it.answer(1, { outcome: 'connected', echoed: true, by: 'np-0' });
    expect(it.settled()).toBe(true);
    expect(it.question.answer()).toMatchObject({ outcome: 'connected', echoed: true });
    expect(it.question.answer().attempts.length).toBe(2);
  });

  test('a silence that was mostly slept through is no silence', () => {
    const it = asked({ stalls: [[100, 1101]] });
    it.at(1200);
    expect(it.question.answer()).toMatchObject({ outcome: 'errored', starved: true });
    expect(it.question.answer().attempts.every((attempt) => attempt.error === 'starved')).toBe(true);
  });

  test('what the agent slept is added to the deadline', () => {
    const it = asked({ stalls: [[500, 701]] });
    it.at(1200);
    expect(it.settled()).toBe(false);
    it.at(1201);
    expect(it.question.answer()).toMatchObject({ outcome: 'timed-out', starved: false });
  });

  test('what it sleeps then is added too, until it is a timeout in all', () => {
    const twice = asked({
      stalls: [
        [500, 701],
        [1000, 1300],
      ],
    });
    twice.at(1500);
    expect(twice.settled()).toBe(false);
    twice.at(1501);
    expect(twice.question.answer()).toMatchObject({ outcome: 'timed-out', starved: false });
    const often = asked({
      stalls: [
        [0, 900],
        [1200, 1500],
      ],
    });
    often.at(2000);
    expect(often.question.answer()).toMatchObject({ outcome: 'errored', starved: true });
  });

  test('where many expire at once, what the others take is no sleep of the last', () => {
    const it = asked({
      stalls: [
        [500, 701],
        [1202, 1260],
      ],
      othersMs: 30,
    });
    it.at(1201);
    expect(it.question.answer()).toMatchObject({ outcome: 'timed-out', starved: false });
  });

  test('attempts that the agent slept through are made afterwards', () => {
    const it = asked({ stalls: [[100, 900]] });
    it.at(920);
    expect(it.dialled.length).toBe(3);
    it.at(1700);
    it.answer(2, { outcome: 'connected' });
    expect(it.question.answer()).toMatchObject({ outcome: 'connected', starved: false });
  });

  test('a stall of a fifth of the timeout is borne, and an answer stays one however late we heard it', () => {
    const silent = asked({ stalls: [[500, 700]] });
    silent.at(1000);
    expect(silent.question.answer().outcome).toBe('timed-out');
    const open = asked({ stalls: [[0, 5000]] });
    open.answer(0, { outcome: 'connected' });
    expect(open.question.answer()).toMatchObject({ outcome: 'connected', starved: false });
  });

  test('a fault at the source among silences makes the round a fault', () => {
    const it = asked();
    it.answer(0, { outcome: 'errored', error: 'EMFILE' });
    it.at(1000);
    expect(it.question.answer()).toMatchObject({ outcome: 'errored', starved: true });
  });

  test('a stall past the deadline before the last try settles it all the same', () => {
    const it = asked({ attempts: 2 });
    it.answer(0, { outcome: 'errored', error: 'EPERM' });
    it.question.due(5000);
    it.at(5000);
    expect(it.settled()).toBe(true);
    expect(it.question.answer()).toMatchObject({ outcome: 'errored', starved: false });
  });

  test('the deadline counts from the first packet, not from the name’s lookup', async () => {
    const it = asked({ host: 'name' });
    it.at(900);
    it.lookups[0]?.found('192.0.2.9');
    await new Promise(setImmediate);
    expect(it.dialled[0]?.call).toMatchObject({ address: '192.0.2.9', serverName: 'name' });
    it.at(1100);
    expect(it.settled()).toBe(false);
    it.answer(0, { outcome: 'connected' });
    expect(it.question.answer().attempts).toMatchObject([{ at: 900, ms: 200, remote: '192.0.2.9' }]);
  });

  test('a name that does not resolve is dns-failed, at once or when its time is over', async () => {
    const unknown = asked({ host: 'name', attempts: 1 });
    unknown.lookups[0]?.failed(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    await new Promise(setImmediate);
    expect(unknown.question.answer()).toMatchObject({
      outcome: 'dns-failed',
      attempts: [{ error: 'ENOTFOUND' }],
    });
    const silent = asked({ host: 'name' });
    silent.at(1000);
    expect(silent.settled()).toBe(true);
    expect(silent.question.answer().outcome).toBe('dns-failed');
    expect(silent.dialled.length).toBe(0);
  });
});
