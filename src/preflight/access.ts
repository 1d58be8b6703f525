/** Every right that the plan needs, asked of the API server before anything is created. */
import type { Access, Cluster } from '../cluster/cluster.ts';
import { MissingRights, type Subject } from '../model/access.ts';
import { NetproofError } from '../model/errors.ts';
import type { RoleRule, RoleRules } from '../model/plan.ts';

export interface AccessReport {
  /** Rights asked about. */
  readonly asked: number;
  /** The rules that the server denies, in the shape they were asked in; empty if all is granted. */
  readonly missing: readonly RoleRules[];
  /** Who was asked about; absent where the server does not tell. */
  readonly subject: Subject | undefined;
}

/** Rejects with `cluster-unreachable`, `api-error`, or `forbidden` where even asking is denied. */
export async function checkAccess(cluster: Cluster, roles: readonly RoleRules[]): Promise<AccessReport> {
  const parts = roles.flatMap(({ namespace, rules }) =>
    rules.flatMap(single).map((rule) => ({ namespace, rule })),
  );
  const granted = await Promise.all(
    parts.map(({ namespace, rule }) => cluster.can(accessOf(namespace, rule))),
  );
  const denied = parts.filter((_, index) => granted[index] === false);
  const missing = roles.flatMap(({ namespace }) => {
    const rules = denied.filter((part) => part.namespace === namespace).map(({ rule }) => rule);
    return rules.length === 0
      ? []
      : [{ ...(namespace === undefined ? {} : { namespace }), rules: merged(rules) }];
  });
  return {
    asked: parts.length,
    missing,
    subject: missing.length === 0 ? undefined : await whoAmI(cluster),
  };
}

/** A name for the binding is a help, no more: without it there is a placeholder. */
async function whoAmI(cluster: Cluster): Promise<Subject | undefined> {
  try {
    return await cluster.whoAmI();
  } catch (error) {
    if (error instanceof NetproofError) return undefined;
    throw error;
  }
}

/** Rejects with MissingRights, which names all that is missing at once. */
export async function requireAccess(cluster: Cluster, roles: readonly RoleRules[]): Promise<void> {
  const { missing, subject } = await checkAccess(cluster, roles);
  if (missing.length > 0) throw new MissingRights(missing, subject);
}

/** A rule of one group, resource and verb each: what one review can ask. */
function single(rule: RoleRule): RoleRule[] {
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.map((verb) => ({ ...rule, apiGroups: [group], resources: [resource], verbs: [verb] })),
    ),
  );
}

function accessOf(namespace: string | undefined, { apiGroups, resources, verbs }: RoleRule): Access {
  const [resource = '', subresource] = (resources[0] ?? '').split('/');
  return {
    verb: verbs[0] ?? '',
    group: apiGroups[0] ?? '',
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Verbs of one resource together again. */
function merged(rules: readonly RoleRule[]): RoleRule[] {
  const byResource = new Map<string, RoleRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.why]);
    const known = byResource.get(key);
    byResource.set(key, known ? { ...known, verbs: [...known.verbs, ...rule.verbs] } : rule);
  }
  return [...byResource.values()];
}
