/**
 * Nobody hands out more than they have (kubernetes' pkg/registry/rbac): whoever writes a role must hold its rules
 * already, or the right to `escalate`; whoever binds one must hold its rules, or the right to `bind` it.
 */
import type { KubeObject, Known } from '../object.ts';
import { forbidden } from '../refusal.ts';
import { type Resource, storeName } from '../resource.ts';
import type { Store } from '../store.ts';
import type { ResourceAttributes } from './attributes.ts';
import { authorize, rulesFor, rulesOf } from './rbac.ts';
import { type PolicyRule, covers } from './rule.ts';
import type { User } from './user.ts';

const GROUP = 'rbac.authorization.k8s.io';

type Role = Known['roles.rbac.authorization.k8s.io'];
type Binding = Known['rolebindings.rbac.authorization.k8s.io'];

/** A rule of one verb, group, resource and name each: what can be held or not. */
function parts({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames,
  nonResourceURLs = [],
}: PolicyRule): PolicyRule[] {
  const names = resourceNames?.length ? resourceNames.map((name) => [name]) : [undefined];
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name ? { resourceNames: name } : {}),
        })),
      ),
    ),
    ...nonResourceURLs.map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
  ]);
}

/** A star is held only by whoever holds a star. */
function isHeld(
  { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
  held: readonly PolicyRule[],
): boolean {
  const verb = verbs[0] ?? '';
  const url = nonResourceURLs?.[0];
  if (url !== undefined) return held.some((rule) => covers(rule, { kind: 'path', verb, path: url }));
  const [resource = '', subresource = ''] = (resources?.[0] ?? '').split('/');
  const name = resourceNames?.[0] ?? '';
  const group = apiGroups?.[0] ?? '';
  return held.some((rule) =>
    covers(rule, { kind: 'resource', verb, group, resource, subresource, namespace: '', name }),
  );
}

/** As Go prints texts. */
const list = (values: readonly string[]): string => `[${values.map((value) => `"${value}"`).join(' ')}]`;

function described({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const fields = [
    ...(apiGroups ? [`APIGroups:${list(apiGroups)}`] : []),
    ...(resources ? [`Resources:${list(resources)}`] : []),
    ...(resourceNames ? [`ResourceNames:${list(resourceNames)}`] : []),
    ...(nonResourceURLs ? [`NonResourceURLs:${list(nonResourceURLs)}`] : []),
    `Verbs:${list(verbs)}`,
  ];
  return `{${fields.join(', ')}}`;
}

/** Rules that differ in their verb alone, as one. */
function compacted(rules: readonly PolicyRule[]): PolicyRule[] {
  const verbs = new Map<string, string[]>();
  for (const {
    verbs: [verb = ''],
    ...rest
  } of rules) {
    const key = JSON.stringify(rest);
    verbs.set(key, [...(verbs.get(key) ?? []), verb]);
  }
  return [...verbs].map(([key, all]) => ({ ...(JSON.parse(key) as Omit<PolicyRule, 'verbs'>), verbs: all }));
}

interface Handed {
  readonly rules: readonly PolicyRule[];
  /** Whoever may do this may hand out what they do not hold. */
  readonly unless: ResourceAttributes;
}

function handed(resource: Resource, { metadata, ...rest }: KubeObject, store: Store): Handed | undefined {
  const { namespace = '', name } = metadata;
  const right = { kind: 'resource', group: GROUP, subresource: '', namespace } as const;
  switch (storeName(resource)) {
    case `roles.${GROUP}`:
    case `clusterroles.${GROUP}`:
      return {
        rules: (rest as Pick<Role, 'rules'>).rules ?? [],
        unless: { ...right, verb: 'escalate', resource: resource.plural, name },
      };
    case `rolebindings.${GROUP}`:
    case `clusterrolebindings.${GROUP}`: {
      const { roleRef } = rest as unknown as Binding;
      const { rules } = rulesOf({ roleRef, metadata }, store);
      return {
        rules,
        unless: { ...right, verb: 'bind', resource: `${roleRef.kind.toLowerCase()}s`, name: roleRef.name },
      };
    }
    default:
      return undefined;
  }
}

/** Throws 403 for an object that would give rights which the user does not have. */
export function refuseEscalation(resource: Resource, object: KubeObject, user: User, store: Store): void {
  const what = handed(resource, object, store);
  if (!what || authorize(store, user, what.unless).allowed) return;
  const held = rulesFor(store, user, object.metadata.namespace ?? '');
  const missing = what.rules.flatMap(parts).filter((part) => !isHeld(part, held));
  if (missing.length === 0) return;
  const told = compacted(missing).map(described).toSorted();
  throw forbidden(
    resource,
    object.metadata.name,
    `user "${user.username}" (groups=${list(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${told.join('\n')}`,
  );
}
