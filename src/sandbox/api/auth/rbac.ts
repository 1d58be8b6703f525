/** Role-based access control: who has which rules, and whether they cover a request. */
import type { Known } from '../object.ts';
import type { Store } from '../store.ts';
import type { Attributes } from './attributes.ts';
import { type PolicyRule, covers } from './rule.ts';
import { MASTERS, type User, accountOf } from './user.ts';

type ClusterRoleBinding = Known['clusterrolebindings.rbac.authorization.k8s.io'];
type RoleBinding = Known['rolebindings.rbac.authorization.k8s.io'];
type Binding = ClusterRoleBinding | RoleBinding;
type Subject = NonNullable<Binding['subjects']>[number];

export interface Decision {
  readonly allowed: boolean;
  /** In the server's words; empty where it has none. */
  readonly reason: string;
}

/** What one binding gives: rules, or the reason why its role can't be had. */
interface Grant {
  readonly rules: readonly PolicyRule[];
  readonly why: string;
  readonly missing?: string;
}

function isSubject({ kind, name, namespace }: Subject, user: User, home: string): boolean {
  switch (kind) {
    case 'User':
      return user.username === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const account = accountOf(user.username);
      return account?.name === name && account.namespace === (namespace || home);
    }
    default:
      return false;
  }
}

function described({ kind, name, namespace }: Subject, home: string): string {
  return `${kind} "${kind === 'ServiceAccount' ? `${name}/${namespace || home}` : name}"`;
}

/** The rules of the role that a binding refers to; a RoleBinding may refer to either kind. */
export function rulesOf(
  { roleRef, metadata }: Pick<Binding, 'roleRef' | 'metadata'>,
  store: Store,
): Pick<Grant, 'rules' | 'missing'> {
  const role =
    roleRef.kind === 'ClusterRole'
      ? store.get('clusterroles.rbac.authorization.k8s.io', '', roleRef.name)
      : store.get('roles.rbac.authorization.k8s.io', metadata.namespace ?? '', roleRef.name);
  if (role) return { rules: role.rules ?? [] };
  return {
    rules: [],
    missing: `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`,
  };
}

function* grantsOf(bindings: readonly Binding[], user: User, store: Store): Generator<Grant> {
  for (const binding of bindings) {
    const { kind, metadata, roleRef } = binding;
    const home = metadata.namespace ?? '';
    const subject = binding.subjects?.find((one) => isSubject(one, user, home));
    if (!subject) continue;
    const name = home === '' ? metadata.name : `${metadata.name}/${home}`;
    const why = `RBAC: allowed by ${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${described(subject, home)}`;
    yield { ...rulesOf(binding, store), why };
  }
}

/** Everything that a user was given for the cluster, and in a namespace if one is named. */
function* grants(store: Store, user: User, namespace: string): Generator<Grant> {
  yield* grantsOf(store.list('clusterrolebindings.rbac.authorization.k8s.io'), user, store);
  if (namespace === '') return;
  yield* grantsOf(store.list('rolebindings.rbac.authorization.k8s.io', namespace), user, store);
}

/** All rules that hold for a user in a namespace, or for the whole cluster where it is empty. */
export const rulesFor = (store: Store, user: User, namespace: string): readonly PolicyRule[] =>
  user.groups.includes(MASTERS)
    ? [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ]
    : [...grants(store, user, namespace)].flatMap(({ rules }) => rules);

export function authorize(store: Store, user: User, asked: Attributes): Decision {
  if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
  const missing: string[] = [];
  for (const grant of grants(store, user, asked.kind === 'resource' ? asked.namespace : '')) {
    if (grant.rules.some((rule) => covers(rule, asked))) return { allowed: true, reason: grant.why };
    if (grant.missing !== undefined) missing.push(grant.missing);
  }
  if (missing.length === 0) return { allowed: false, reason: '' };
  return { allowed: false, reason: `RBAC: ${missing.length > 1 ? `[${missing.join(', ')}]` : missing[0]}` };
}
