import { describe, expect, test } from '@jest/globals';
import type { Observation, Sighting } from '../../../src/model/record.ts';
import type { Expect } from '../../../src/model/scenario.ts';
import { batchAgain, type Heard, withAgain } from '../../../src/probing/again.ts';
import type { Ask } from '../../../src/probing/batches.ts';
import type { ProberLog } from '../../../src/probing/prober.ts';
import { stallsOf } from '../../../src/verdict/stall.ts';
import { attempt, observation, SIGHTING, T0 } from '../../support/record.ts';

const SALT = 'salt';
const AWAKE: Heard = { stalls: [], sighting: () => undefined };
const ASLEEP: Heard = { ...AWAKE, stalls: stallsOf({ lag: [[T0 + 1500, 600]] }) };
const saw = (nonce: string): Heard => ({
  ...ASLEEP,
  sighting: (asked): Sighting | undefined => (asked === nonce ? { ...SIGHTING, nonce } : undefined),
});

const ask = (expected: Expect, listener?: string): Ask => ({
  cell: {
    source: 'web',
    endpoint: { id: 'api:tcp/8080', destination: 'api', port: { protocol: 'tcp', port: 8080 } },
    expect: expected,
    origin: { file: '', line: 1, column: 1 },
  },
  destination: {
    endpoint: 'api:tcp/8080',
    host: '10.0.0.1',
    port: { protocol: 'tcp', port: 8080 },
    ...(listener === undefined ? {} : { listener }),
  },
});

function asked(asks: readonly Ask[], told: readonly Observation[], heard: Heard, fault?: string) {
  const log = {
    results: new Map(told.map((each, index) => [index, each])),
    salt: SALT,
    fault,
  } as unknown as ProberLog;
  return withAgain({ batch: { source: 'web', asks, blackhole: false }, log }, () => heard);
}

const SILENCE = observation('timed-out');
const SLEPT = observation('errored', { attempts: [attempt('errored', 0, { error: 'starved' })] });
const LATER = observation('timed-out', {
  attempts: [attempt('timed-out', 0), attempt('errored', 1000, { error: 'starved' })],
});

describe('what is asked again', () => {
  test.each<[string, Ask, Observation, Heard, boolean]>([
    ['silence of a listener that slept', ask('deny', 'l'), SILENCE, ASLEEP, true],
    [
      'silence of a listener that slept, where an answer was wanted',
      ask('allow', 'l'),
      SILENCE,
      ASLEEP,
      true,
    ],
    ['silence of a listener that was awake', ask('deny', 'l'), SILENCE, AWAKE, false],
    [
      'silence long after its sleep',
      ask('deny', 'l'),
      SILENCE,
      { ...AWAKE, stalls: stallsOf({ lag: [[T0 - 1, 600]] }) },
      false,
    ],
    ['silence of a target', ask('deny'), SILENCE, AWAKE, false],
    ['a prober that slept', ask('deny'), SLEPT, AWAKE, true],
    ['a prober that slept through one of its rounds', ask('deny', 'l'), LATER, AWAKE, true],
    ['another fault of the prober', ask('deny'), observation('errored'), AWAKE, false],
    ['an answer, however busy the listener was', ask('deny', 'l'), observation('connected'), ASLEEP, false],
    ['a packet that arrived against the intent', ask('deny', 'l'), SILENCE, saw('salt.0.1.2'), false],
    [
      'a packet that arrived as intended, and whose answer was late',
      ask('allow', 'l'),
      SILENCE,
      saw('salt.0.1.2'),
      true,
    ],
  ])('%s', (_, question, told, heard, again) => {
    expect([...(asked([question], [told], heard).again ?? [])]).toEqual(again ? [0] : []);
  });

  test('nothing of a prober that was lost', () => {
    expect(asked([ask('deny', 'l')], [SILENCE], ASLEEP, 'its pod was deleted').again).toBeUndefined();
  });

  test('a batch of those alone, each with what was seen before; the blackhole too if it may say something', () => {
    const asks = [ask('deny', 'l'), ask('allow', 'l'), ask('deny')];
    const seen = [SILENCE, observation('connected'), SLEPT];
    const again = batchAgain(asked(asks, seen, ASLEEP));
    expect(again).toEqual({
      source: 'web',
      asks: [
        { ...asks[0], earlier: { told: SILENCE, index: 0, salt: SALT } },
        { ...asks[2], earlier: { told: SLEPT, index: 2, salt: SALT } },
      ],
      blackhole: true,
    });
  });
});
