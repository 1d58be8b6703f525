import { describe, expect, test } from '@jest/globals';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import type { Context } from '../../../src/fleet/context.ts';
import { watchListener } from '../../../src/fleet/listener-log.ts';
import type { FleetPod } from '../../../src/model/fleet.ts';

const POD = { namespace: 'shop', name: 'np-0', workload: 'web' } as FleetPod;

/** A listener whose clock is a second behind ours, and whose lines come when the test says so. */
function listener() {
  let tell: (line: string) => void = () => undefined;
  let end: () => void = () => undefined;
  let seq = 0;
  let now = 0;
  const followLog: Cluster['followLog'] = (_namespace, _pod, onLine) => {
    tell = onLine;
    return new Promise((resolve) => (end = resolve));
  };
  const { signal } = new AbortController();
  const log = watchListener(
    { cluster: { followLog }, clock: { now: () => now }, signal } as unknown as Context,
    POD,
  );
  const line = (at: number, more: object): void => {
    now = at + 1000;
    tell(JSON.stringify({ seq: seq++, at, ...more }));
  };
  return {
    log,
    signal,
    beat: (at: number) => line(at, { kind: 'beat' }),
    saw: (nonce: string, at: number) =>
      line(at, { kind: 'seen', nonces: [[nonce, 'udp/5353', '10.0.0.9:4711', at]] }),
    end: () => end(),
  };
}

const settled = async (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([promise, new Promise(setImmediate).then(() => 'waiting')]);

describe('a sighting', () => {
  test('is told on our clock, as often as it is asked for', () => {
    const { log, saw } = listener();
    saw('salt.0.0.0', 500);
    const sighting = {
      nonce: 'salt.0.0.0',
      protocol: 'udp',
      port: 5353,
      from: '10.0.0.9:4711',
      at: 1500,
    };
    expect(log.sighting('salt.0.0.0')).toEqual(sighting);
    expect(log.sighting('salt.0.0.0')).toEqual(sighting);
    expect(log.sighting('salt.0.0.1')).toBeUndefined();
  });

  test('is forgotten once it is claimed', () => {
    const { log, saw } = listener();
    saw('salt.0.0.0', 500);
    expect(log.claim('salt.0.0.0')).toMatchObject({ at: 1500 });
    expect(log.claim('salt.0.0.0')).toBeUndefined();
  });
});

describe('a log has reached a time', () => {
  test('with a beat at that time or later, on our clock', async () => {
    const { log, beat, signal } = listener();
    beat(500);
    const reached = log.reached(2000, signal);
    expect(await settled(reached)).toBe('waiting');
    beat(900);
    expect(await settled(reached)).toBe('waiting');
    beat(1000);
    expect(await reached).toBe(true);
    expect(await log.reached(1999, signal)).toBe(true);
  });

  test('never by other lines, nor when it breaks off before', async () => {
    const { log, beat, saw, signal, end } = listener();
    beat(500);
    const reached = log.reached(2000, signal);
    saw('salt.0.0.0', 5000);
    expect(await settled(reached)).toBe('waiting');
    end();
    expect(await reached).toBe(false);
  });
});
