import { worldOf } from '../policy/world-of.ts';
import type { World } from '../policy/world.ts';
import type { Snapshot } from './snapshot.ts';

/** The evaluator's picture of a snapshot. */
export function worldIn(snapshot: Snapshot): World {
  const { namespaces, pods, workloads, nodes, services, policies, otherPolicies } = snapshot;
  return worldOf([namespaces, pods, workloads, nodes, services, policies, otherPolicies].flat());
}
