/** One rule of a role, and what it covers (kubernetes' pkg/apis/rbac/v1/evaluation_helpers.go). */
import type { V1PolicyRule } from '@kubernetes/client-node';
import type { Wire } from '../object.ts';
import type { Attributes, PathAttributes, ResourceAttributes } from './attributes.ts';

export type PolicyRule = Wire<V1PolicyRule>;

const ALL = '*';

const has = (values: readonly string[] | undefined, wanted: string): boolean =>
  values?.some((value) => value === ALL || value === wanted) ?? false;

/** `pods`, `pods/log`, `*` for all of both, and a star before the slash for one subresource of everything. */
function hasResource(
  resources: readonly string[] | undefined,
  resource: string,
  subresource: string,
): boolean {
  if (subresource === '') return has(resources, resource);
  return has(resources, `${resource}/${subresource}`) || (resources ?? []).includes(`*/${subresource}`);
}

/** A list of names excludes requests without a name: create, list, deletecollection. */
const hasName = (names: readonly string[] | undefined, name: string): boolean =>
  !names?.length || names.includes(name);

const coversResource = (
  rule: PolicyRule,
  { group, resource, subresource, name }: ResourceAttributes,
): boolean =>
  has(rule.apiGroups, group) &&
  hasResource(rule.resources, resource, subresource) &&
  hasName(rule.resourceNames, name);

/** A star stands for the rest of the path, and only at its end. */
const coversPath = ({ nonResourceURLs = [] }: PolicyRule, { path }: PathAttributes): boolean =>
  nonResourceURLs.some((url) =>
    url.endsWith(ALL) ? path.startsWith(url.replace(/\*+$/, '')) : url === path,
  );

export function covers(rule: PolicyRule, asked: Attributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  return asked.kind === 'resource' ? coversResource(rule, asked) : coversPath(rule, asked);
}
