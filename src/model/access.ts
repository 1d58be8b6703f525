/** Who runs netproof as the API server sees it, and the rights that are missing. */
import { NetproofError } from './errors.ts';
import type { RoleRules } from './plan.ts';

/** Whom a role is bound to. */
export type Subject =
  | { readonly kind: 'User' | 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string };

/** Told before anything is created, with what a role would have to grant. */
export class MissingRights extends NetproofError {
  readonly roles: readonly RoleRules[];
  /** Absent where the server does not tell (before Kubernetes 1.28). */
  readonly subject: Subject | undefined;

  constructor(roles: readonly RoleRules[], subject: Subject | undefined) {
    super('forbidden', roles.map(missingWords).join('; '), {
      hint: 'netproof rbac prints all the roles that are needed; those for what is missing follow',
    });
    this.roles = roles;
    this.subject = subject;
  }
}

function missingWords({ namespace, rules }: RoleRules): string {
  const rights = rules.flatMap(({ verbs, resources }) =>
    verbs.flatMap((verb) => resources.map((resource) => `${verb} ${resource}`)),
  );
  return `not allowed to ${rights.join(', ')}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}
