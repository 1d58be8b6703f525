import { describe, expect, test } from '@jest/globals';
import { Asker } from '../../../probes/asker.ts';
import type { Answer, Call, Ear } from '../../../probes/dial/dial.ts';
import { Pace } from '../../../probes/pace.ts';
import type { ProbeOrder } from '../../../probes/wire.ts';
import { Wheel } from '../../../probes/wheel.ts';

const TIMEOUT = 1000;
const awake = (): number => 0;

/** An asker over a network of the test's making: time moves by `at`, dials are answered by hand or by their deadline. */
function asker(options: { probes: number; concurrency: number; stall?: () => number }) {
  let time = 0;
  const dialled: { readonly call: Call; readonly ear: Ear }[] = [];
  const wheel = new Wheel(10, 0);
  const probe: ProbeOrder = { protocol: 'tcp', host: '192.0.2.1', port: 1, echo: false };
  const asker = new Asker(
    {
      probes: Array.from({ length: options.probes }, () => probe),
      salt: 'salt',
      concurrency: options.concurrency,
      attempts: 1,
    },
    {
      now: () => time,
      dial: () => (call, ear) => {
        dialled.push({ call, ear });
        return { expire: (): Answer => ({ outcome: 'timed-out' }), abandon: () => undefined };
      },
      address: (host) => host,
      sleep: { longestStall: options.stall ?? awake, stalledFor: options.stall ?? awake },
    },
    wheel,
    new Pace(10_000, 0),
  );
  return {
    asker,
    dialled,
    rounds: () => dialled.map(({ call }) => call.nonce.split('.')[2]),
    at: async (now: number) => {
      time = now;
      wheel.advance(now);
      asker.tick(0);
      await new Promise(setImmediate);
    },
  };
}

/** Whether it has resolved by now. */
async function done(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, new Promise(setImmediate).then(() => pending)])) !== pending;
}

describe('asker', () => {
  test('a second round is asked while the silences of the first are waited for', async () => {
    const { asker: it, rounds, at } = asker({ probes: 2, concurrency: 10 });
    const first = it.ask(0, TIMEOUT);
    await it.begun();
    await at(500);
    const second = it.ask(1, TIMEOUT);
    expect(rounds()).toEqual(['0', '0', '1', '1']);
    await at(1010);
    expect((await first).answers.map(({ outcome }) => outcome)).toEqual(['timed-out', 'timed-out']);
    expect(await done(second)).toBe(false);
    await at(1510);
    expect((await second).answers.map(({ attempts }) => attempts[0]?.round)).toEqual([1, 1]);
  });

  test('a round that was not asked to its end goes before the next one', async () => {
    const { asker: it, rounds, at } = asker({ probes: 3, concurrency: 2 });
    const first = it.ask(0, TIMEOUT);
    const begun = it.begun();
    expect(await done(begun)).toBe(false);
    const second = it.ask(1, TIMEOUT);
    await at(1010);
    expect(rounds()).toEqual(['0', '0', '0', '1']);
    await at(2020);
    expect(await done(first)).toBe(true);
    await at(3030);
    expect(await done(second)).toBe(true);
    expect(await done(begun)).toBe(true);
  });

  test('an answer to one round is none to the other', async () => {
    const { asker: it, dialled, at } = asker({ probes: 1, concurrency: 10 });
    const first = it.ask(0, TIMEOUT);
    const second = it.ask(1, TIMEOUT);
    dialled[1]?.ear.answered({ outcome: 'connected' });
    expect((await second).answers[0]?.outcome).toBe('connected');
    expect(await done(first)).toBe(false);
    await at(1010);
    expect((await first).answers[0]?.outcome).toBe('timed-out');
  });

  test('what could not be heard is asked again within its own round', async () => {
    let stalled = TIMEOUT + 1;
    const { asker: it, rounds, at } = asker({ probes: 1, concurrency: 10, stall: () => stalled });
    const first = it.ask(0, TIMEOUT);
    await at(1010);
    expect(await done(first)).toBe(false);
    stalled = 0;
    await at(2100);
    const { starved, answers } = await first;
    expect(rounds()).toEqual(['0', '0']);
    expect(starved).toBe(1);
    expect(answers[0]?.attempts.map(({ outcome }) => outcome)).toEqual(['errored', 'timed-out']);
  });

  test('nothing is told after it was stopped', async () => {
    const { asker: it, at } = asker({ probes: 1, concurrency: 10 });
    const first = it.ask(0, TIMEOUT);
    it.stop();
    await at(2000);
    expect(await done(first)).toBe(false);
  });
});
