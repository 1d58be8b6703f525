/** Policies whose deletion goes unnoticed. */
import type { V1NetworkPolicy } from '../../../cluster/types.ts';

/** Those of now, and those of before that are gone; a policy that changed is as it is now. */
export function withRemoved(
  before: readonly V1NetworkPolicy[],
  now: readonly V1NetworkPolicy[],
): readonly V1NetworkPolicy[] {
  const present = new Set(now.map(keyOf));
  return [...now, ...before.filter((policy) => !present.has(keyOf(policy)))];
}

function keyOf({ metadata }: V1NetworkPolicy): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
