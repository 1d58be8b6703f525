import { worldOf } from '../policy/world-of.ts';
import type { World } from '../policy/world.ts';
import type { Snapshot } from './snapshot.ts';

/** The evaluator's picture of a snapshot. */
export function worldIn(snapshot: Snapshot): World {
  const { namespaces, pods, workloads, nodes, services, policies, otherPolicies } = snapshot;
  // Of a namespace that is only assumed the evaluator must not believe that it has no labels.
  const known = namespaces.filter(({ assumed }) => assumed === undefined);
  return worldOf([known, pods, workloads, nodes, services, policies, otherPolicies].flat());
}
