/** What `netproof rbac` prints: the rights that a run can't do without, then those that only help it. */
import type { Subject } from '../model/access.ts';
import type { RoleRules } from '../model/plan.ts';
import { groupBy } from './group.ts';
import { rbacManifests } from './rbac.ts';

/** The name of the second role: leaving it out breaks nothing. */
const OPTIONAL_NAME = 'netproof-optional';

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
    '# that turn it off, and the run compare packets with what the policies say; all of them only read.',
    rbacManifests(inOne(optional), { subject, name: OPTIONAL_NAME }),
  ].join('\n');
}

/** Two roles of one name in one place would replace each other. */
function inOne(roles: readonly RoleRules[]): readonly RoleRules[] {
  const byNamespace = groupBy(roles, ({ namespace }) => namespace);
  return [...byNamespace].map(([namespace, those]) => ({
    ...(namespace === undefined ? {} : { namespace }),
    rules: those.flatMap(({ rules }) => rules),
  }));
}
