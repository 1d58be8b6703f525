import { expect, test } from '@jest/globals';
import { DeadlineError } from '../../../src/model/deadline.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import { cleanUp } from '../../../src/run/clean-up.ts';

async function told(
  undone: readonly string[],
  failed: readonly { readonly what: string; readonly error: unknown }[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  const emit = (event: { readonly kind: string; readonly message?: string }): void => {
    lines.push(event.message ?? event.kind);
  };
  await cleanUp({ run: async () => ({ undone, failed }) }, emit, 'run1');
  return lines;
}

test('says by kind what was removed', async () => {
  expect(
    await told(['pod a/x', 'networkpolicy a/p', 'networkpolicy a/q', 'pod a/y', 'namespace a'], []),
  ).toEqual(['removed 2 pods, 2 networkpolicies, 1 namespace']);
  expect(await told([], [])).toEqual([]);
});

test('says once per fault what could not be removed, and how to', async () => {
  const lost = new NetproofError('cluster-unreachable', 'cannot reach the API server');
  const late = new DeadlineError('not done within 60000 ms');
  const pods = Array.from({ length: 12 }, (_, i) => ({ what: `pod a/np${i}`, error: lost }));
  const rest = ['configmap a/c', 'namespace a'].map((what) => ({ what, error: late }));
  expect(await told([], [...pods, ...rest])).toEqual([
    'could not remove 12 pods: cannot reach the API server; later: netproof cleanup --run-id run1',
    'could not remove configmap a/c, namespace a: there was no more time after 60 s; later: netproof cleanup --run-id run1',
  ]);
});
