/** What `netproof rbac` prints: the rights that a run can't do without, then those that only help it. */
import type { Subject } from '../model/access.ts';
import type { RoleRules } from '../model/plan.ts';
import { rbacManifests } from './rbac.ts';

/** The name of the second role: leaving it out breaks nothing. */
const OPTIONAL_NAME = 'netproof-detect';

export function describeRights(
  needed: readonly RoleRules[],
  optional: readonly RoleRules[],
  subject: Subject | undefined,
): string {
  return [
    '# The least rights that the run needs.',
    rbacManifests(needed, { subject }).trimEnd(),
    '---',
    '# Optional: a run does without. They let the preflight name the policy engine, its version, and the switches',
    '# that turn it off; all of them only read.',
    rbacManifests(optional, { subject, name: OPTIONAL_NAME }),
  ].join('\n');
}
