import { describe, expect, test } from '@jest/globals';
import type { Cluster, Kinds, WatchEvent } from '../../../src/cluster/cluster.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import { PodWatch } from '../../../src/fleet/pod-watch.ts';
import type { PodState } from '../../../src/fleet/pod-state.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { memoryCluster } from '../../support/memory-cluster.ts';

type Tell = (event: WatchEvent<'Pod'>) => void;

const RUNNING: Kinds['Pod'] = {
  metadata: { namespace: 'shop', name: 'np1-0' },
  status: { phase: 'Running', containerStatuses: [{ name: 'netproof', state: { running: {} } }] as never },
};

/** A cluster whose watch tells what the test tells, and that has this pod or has not. */
function watched(metadata: () => Promise<Kinds['Pod']['metadata'] | undefined>) {
  let tell: Tell = () => undefined;
  const cluster = {
    ...memoryCluster(),
    metadata,
    watch: (_kind: string, _selection: object, onEvent: Tell, signal: AbortSignal) => {
      tell = onEvent;
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  } as unknown as Cluster;
  const over = new AbortController();
  const watch = new PodWatch(cluster, 'run1', over.signal, fastClock());
  const settled = watch.until(
    'shop',
    'np1-0',
    (state: PodState) => (state.kind === 'starting' ? undefined : state),
    over.signal,
  );
  return { settled, over, tell: (event: WatchEvent<'Pod'>) => tell(event) };
}

describe('the watch over pods', () => {
  test('knows a pod that was deleted before the first look at its namespace', async () => {
    const { settled, over } = watched(async () => undefined);
    expect(await settled).toEqual({ kind: 'ended', ok: false, why: 'deleted' });
    over.abort();
  });

  test('goes on waiting for one that is there, or that can not be asked for', async () => {
    let asked = 0;
    const { settled, over, tell } = watched(async () => {
      asked += 1;
      if (asked === 1) throw new NetproofError('api-error', 'not now');
      if (asked === 3) tell({ type: 'added', object: RUNNING });
      return RUNNING.metadata;
    });
    expect(await settled).toEqual({ kind: 'running' });
    expect(asked).toBe(3);
    over.abort();
  });

  test('asks for nothing that the watch has told of', async () => {
    const { settled, over, tell } = watched(async () => {
      throw new Error('asked for');
    });
    tell({ type: 'added', object: RUNNING });
    expect(await settled).toEqual({ kind: 'running' });
    tell({ type: 'deleted', object: RUNNING });
    over.abort();
  });
});
