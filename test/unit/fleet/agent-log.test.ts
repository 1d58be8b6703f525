import { expect, test } from '@jest/globals';
import type { Line } from '../../../probes/wire.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { readAgentLog } from '../../../src/fleet/agent-log.ts';

const beat = (seq: number, at = 1000) => JSON.stringify({ kind: 'beat', seq, at });

async function read(lines: readonly string[], now = 5000) {
  const followLog: Cluster['followLog'] = (_namespace, _pod, onLine) => {
    for (const line of lines) onLine(line);
    return Promise.resolve();
  };
  const got: Line[] = [];
  const pod = { namespace: 'shop', name: 'np-0' };
  const log = readAgentLog(
    { followLog } as Cluster,
    pod,
    (line) => got.push(line),
    () => now,
    new AbortController().signal,
  );
  await log.done;
  return { log, seqs: got.map(({ seq }) => seq) };
}

test('hands on every line in order', async () => {
  const { log, seqs } = await read([beat(0), beat(1), beat(2)]);
  expect(seqs).toEqual([0, 1, 2]);
  expect(log.fault).toBeUndefined();
});

test('a skipped number is a fault, and nothing after it is handed on', async () => {
  const { log, seqs } = await read([beat(0), beat(2), beat(3)]);
  expect(seqs).toEqual([0]);
  expect(log.fault).toBe('log lines 1 to 1 are missing');
});

test('a log that begins in the middle (rotated) is a fault', async () => {
  const { log } = await read([beat(7)]);
  expect(log.fault).toBe('log lines 0 to 6 are missing');
});

test('lines told again after a reconnect are passed over', async () => {
  const { log, seqs } = await read([beat(0), beat(1), beat(0), beat(1), beat(2)]);
  expect(seqs).toEqual([0, 1, 2]);
  expect(log.fault).toBeUndefined();
});

test.each(['(node:1) Warning: something', '{"kind":"beat"', '{"seq":"1"}', '', '{}', '[1]'])(
  'a line that is not the agent’s is passed over: %s',
  async (foreign) => {
    const { log, seqs } = await read([beat(0), foreign, beat(1)]);
    expect(seqs).toEqual([0, 1]);
    expect(log.fault).toBeUndefined();
  },
);

test('the clock offset is the smallest difference between a line and its arrival', async () => {
  const { log } = await read([beat(0, 1000), beat(1, 1400), beat(2, 1200)], 5000);
  expect(log.offsetMs).toBe(3600);
});
