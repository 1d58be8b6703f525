/** The rights that a run needs, as manifests ready to apply once the subject is filled in. */
import type { RoleRules } from '../model/plan.ts';
import { escapeJson, visible } from './escape.ts';

const NAME = 'netproof';

/** YAML documents: a role and its binding per namespace, and for the whole cluster. */
export function rbacManifests(roles: readonly RoleRules[]): string {
  const filled = roles.filter(({ rules }) => rules.length > 0);
  return filled.flatMap((role) => [roleManifest(role), bindingManifest(role)]).join('---\n');
}

function roleManifest({ namespace, rules }: RoleRules): string {
  const lines = rules.flatMap(({ apiGroups, resources, verbs, why }) => [
    `  # ${visible(why)}`,
    `  - apiGroups: ${list(apiGroups)}`,
    `    resources: ${list(resources)}`,
    `    verbs: ${list(verbs)}`,
  ]);
  return text([...head(namespace === undefined ? 'ClusterRole' : 'Role', namespace), 'rules:', ...lines]);
}

function bindingManifest({ namespace }: RoleRules): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  return text([
    ...head(`${kind}Binding`, namespace),
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${kind}`,
    `  name: ${NAME}`,
    'subjects:',
    '  # who runs netproof: a User, a Group or a ServiceAccount',
    '  - apiGroup: rbac.authorization.k8s.io',
    '    kind: User',
    '    name: CHANGE-ME',
  ]);
}

function head(kind: string, namespace: string | undefined): string[] {
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${NAME}`,
    ...(namespace === undefined ? [] : [`  namespace: ${quoted(namespace)}`]),
  ];
}

/** JSON is YAML. */
function quoted(value: string): string {
  return escapeJson(JSON.stringify(value));
}

function list(values: readonly string[]): string {
  return `[${values.map(quoted).join(', ')}]`;
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
