/** What policies say of probes is read beside the probing, before and after it: nothing of it reaches a prober. */
import type { Context } from '../fleet/context.ts';
import type { Plan } from '../model/plan.ts';
import { changesBetween } from './facts.ts';
import { readPolicies, readWorld } from './read.ts';
import type { Gap, PoliciesRead, Reading } from './reading.ts';
import { wantedFor } from './wanted.ts';

export interface Beside<T> {
  readonly measured: T;
  readonly reading: Reading;
  /** The policies once it had ended. */
  readonly after: PoliciesRead;
  /** Policies that did not stay as they were read. */
  readonly changes: readonly Gap[];
}

/** Rejects as `measure` does. */
export async function besidePolicies<T>(
  { cluster, signal }: Pick<Context, 'cluster' | 'signal'>,
  plan: Plan,
  measure: () => Promise<T>,
): Promise<Beside<T>> {
  const reading = await readWorld(cluster, wantedFor(plan), signal);
  const measured = await measure();
  const after = await readPolicies(cluster, reading.namespaces, signal);
  return {
    measured,
    reading,
    after,
    changes: [...changesBetween(reading.policies, after.policies), ...after.gaps],
  };
}
