import { expect, test } from '@jest/globals';
import type { V1Pod } from '../../../src/cluster/types.ts';
import { podState } from '../../../src/fleet/pod-state.ts';

const container = (state: object) => ({ containerStatuses: [{ name: 'netproof', state }] });
const rows: readonly (readonly [string, object, object])[] = [
  ['no status yet', {}, { kind: 'starting' }],
  ['running', { phase: 'Running', ...container({ running: {} }) }, { kind: 'running' }],
  [
    'being pulled',
    { phase: 'Pending', ...container({ waiting: { reason: 'ContainerCreating' } }) },
    { kind: 'starting', why: 'ContainerCreating' },
  ],
  [
    'one failed pull may pass',
    { phase: 'Pending', ...container({ waiting: { reason: 'ErrImagePull', message: 'EOF' } }) },
    { kind: 'starting', why: 'ErrImagePull: EOF' },
  ],
  [
    'pull failed for good',
    { phase: 'Pending', ...container({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } }) },
    { kind: 'stuck', why: 'ImagePullBackOff: not found' },
  ],
  [
    'unschedulable',
    {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes' }],
    },
    { kind: 'starting', why: 'Unschedulable: 0/2 nodes' },
  ],
  ['done', { phase: 'Succeeded' }, { kind: 'ended', ok: true, why: 'completed' }],
  [
    'done, phase not yet told',
    { phase: 'Running', ...container({ terminated: { exitCode: 0, reason: 'Completed' } }) },
    { kind: 'ended', ok: true, why: 'completed' },
  ],
  [
    'evicted',
    { phase: 'Failed', reason: 'Evicted', message: 'node was low on memory' },
    { kind: 'ended', ok: false, why: 'Evicted: node was low on memory' },
  ],
  [
    'killed for memory',
    { phase: 'Failed', ...container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }) },
    { kind: 'ended', ok: false, why: 'OOMKilled (exit code 137)' },
  ],
  [
    'deadline',
    { phase: 'Failed', reason: 'DeadlineExceeded', ...container({ terminated: { exitCode: 0 } }) },
    { kind: 'ended', ok: false, why: 'DeadlineExceeded (exit code 0)' },
  ],
];

test.each(rows.map((row) => [...row] as const))('%s', (_name, status, expected) => {
  expect(podState({ metadata: { name: 'np-0' }, status } as V1Pod)).toEqual(expected);
});

test('deleted under our hands', () => {
  const pod = {
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: { phase: 'Running' },
  } as V1Pod;
  expect(podState(pod)).toEqual({ kind: 'ended', ok: false, why: 'deleted by somebody else' });
});
