/** Roles and their bindings. What they grant is decided in `auth/rbac.ts`. */
import type { V1ClusterRole } from '@kubernetes/client-node';
import type { Known, Wire } from '../object.ts';
import type { Resource } from '../resource.ts';
import { pathSegment } from '../validation/names.ts';
import { checkBinding, checkBindingUpdate, checkRules, defaultBinding } from '../validation/rbac.ts';
import { ageColumn, column, define, nameColumn, typed, typedPair, typedSame } from './define.ts';

type Role = Wire<V1ClusterRole>;
type Binding = Known['rolebindings.rbac.authorization.k8s.io'];

const shared = { group: 'rbac.authorization.k8s.io', name: pathSegment };
const role = {
  ...shared,
  columns: [nameColumn, column('Created At', ({ metadata }) => metadata.creationTimestamp)],
};
const binding = {
  ...shared,
  defaults: typedSame(defaultBinding),
  validateUpdate: typedPair(checkBindingUpdate),
  columns: [
    nameColumn,
    column<Binding>('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
    ageColumn,
  ],
};

export const roles: Resource = define({
  ...role,
  kind: 'Role',
  validate: typed(({ rules }: Role) => checkRules(rules, 'namespaced')),
});

export const clusterroles: Resource = define({
  ...role,
  kind: 'ClusterRole',
  namespaced: false,
  validate: typed(({ rules }: Role) => checkRules(rules, 'cluster')),
});

export const rolebindings: Resource = define({
  ...binding,
  kind: 'RoleBinding',
  validate: typed((one: Binding) => checkBinding(one, ['ClusterRole', 'Role'])),
});

export const clusterrolebindings: Resource = define({
  ...binding,
  kind: 'ClusterRoleBinding',
  namespaced: false,
  validate: typed((one: Binding) => checkBinding(one, ['ClusterRole'])),
});
