/** How the API server says no (apiserver's pkg/endpoints/handlers/responsewriters/errors.go). */
import { Refusal, forbidden } from '../refusal.ts';
import type { Attributes } from './attributes.ts';
import type { User } from './user.ts';

function cannot({ username }: User, asked: Attributes): string {
  if (asked.kind === 'path') return `User "${username}" cannot ${asked.verb} path "${asked.path}"`;
  const { verb, group, resource, subresource, namespace } = asked;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `User "${username}" cannot ${verb} resource "${whole}" in API group "${group}" ${where}`;
}

/** @param reason why RBAC could not tell better; may be empty */
export function denied(user: User, asked: Attributes, reason: string): Refusal {
  const why = reason === '' ? cannot(user, asked) : `${cannot(user, asked)}: ${reason}`;
  if (asked.kind === 'path') return new Refusal(403, 'Forbidden', `forbidden: ${why}`, {});
  const { group, resource, name } = asked;
  return forbidden({ group, plural: resource }, name, why);
}
