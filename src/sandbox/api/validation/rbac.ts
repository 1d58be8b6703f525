/** Roles and bindings (kubernetes' pkg/apis/rbac/validation and its v1 defaults). */
import type { PolicyRule } from '../auth/rule.ts';
import { type Known, same } from '../object.ts';
import { type FieldError, each, invalidValue, notSupported, required } from './field.ts';

const GROUP = 'rbac.authorization.k8s.io';

type Binding = Known['rolebindings.rbac.authorization.k8s.io'];
type Subject = NonNullable<Binding['subjects']>[number];

function checkRule(rule: PolicyRule, field: string, scope: 'namespaced' | 'cluster'): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const verbless = verbs?.length ? [] : [required(`${field}.verbs`, 'verbs must contain at least one value')];
  const wrong = (text: string): FieldError => invalidValue(`${field}.nonResourceURLs`, nonResourceURLs, text);
  if (nonResourceURLs.length > 0) {
    if (scope === 'namespaced')
      return [...verbless, wrong('namespaced rules cannot apply to non-resource URLs')];
    return apiGroups.length + resources.length + resourceNames.length > 0
      ? [...verbless, wrong('rules cannot apply to both regular resources and non-resource URLs')]
      : verbless;
  }
  return [
    ...verbless,
    ...(apiGroups.length > 0
      ? []
      : [required(`${field}.apiGroups`, 'resource rules must supply at least one api group')]),
    ...(resources.length > 0
      ? []
      : [required(`${field}.resources`, 'resource rules must supply at least one resource')]),
  ];
}

export const checkRules = (
  rules: readonly PolicyRule[] | undefined,
  scope: 'namespaced' | 'cluster',
): FieldError[] => each(rules, 'rules', (rule, field) => checkRule(rule, field, scope));

const SUBJECTS = ['Group', 'ServiceAccount', 'User'];

function checkSubject(
  { kind, name, apiGroup = '', namespace }: Subject,
  field: string,
  scope: string,
): FieldError[] {
  const nameless = name ? [] : [required(`${field}.name`)];
  if (!SUBJECTS.includes(kind)) return [...nameless, notSupported(`${field}.kind`, kind, SUBJECTS)];
  const group = kind === 'ServiceAccount' ? '' : GROUP;
  return [
    ...nameless,
    ...(apiGroup === group ? [] : [notSupported(`${field}.apiGroup`, apiGroup, [group])]),
    ...(kind === 'ServiceAccount' && !namespace && scope === 'ClusterRoleBinding'
      ? [required(`${field}.namespace`)]
      : []),
  ];
}

/** @param kinds of roles that this kind of binding may refer to */
export function checkBinding({ kind, roleRef, subjects }: Binding, kinds: readonly string[]): FieldError[] {
  return [
    ...(roleRef.apiGroup === GROUP ? [] : [notSupported('roleRef.apiGroup', roleRef.apiGroup, [GROUP])]),
    ...(kinds.includes(roleRef.kind) ? [] : [notSupported('roleRef.kind', roleRef.kind, kinds)]),
    ...(roleRef.name ? [] : [required('roleRef.name')]),
    ...each(subjects, 'subjects', (one, field) => checkSubject(one, field, kind)),
  ];
}

export const checkBindingUpdate = (next: Binding, old: Binding): FieldError[] =>
  same(next.roleRef, old.roleRef) ? [] : [invalidValue('roleRef', next.roleRef, 'cannot change roleRef')];

/** A body without a `roleRef` is left for validation to refuse. */
export const defaultBinding = (binding: Binding): Binding => ({
  ...binding,
  roleRef: {
    ...binding.roleRef,
    apiGroup: binding.roleRef?.apiGroup || GROUP,
    kind: binding.roleRef?.kind ?? '',
    name: binding.roleRef?.name ?? '',
  },
  ...(binding.subjects ? { subjects: binding.subjects.map((subject) => defaultSubject(subject)) } : {}),
});

const defaultSubject = (subject: Subject): Subject =>
  subject.kind === 'User' || subject.kind === 'Group'
    ? { ...subject, apiGroup: subject.apiGroup || GROUP }
    : subject;
