/** Rights as manifests ready to apply, bound to whoever is to have them. */
import type { Subject } from '../model/access.ts';
import type { RoleRules } from '../model/plan.ts';
import { escapeJson, visible } from './escape.ts';

export interface RbacOptions {
  /** Absent: a placeholder to fill in. */
  readonly subject?: Subject | undefined;
  /** Of the roles and their bindings. */
  readonly name?: string;
}

/** YAML documents: a role and its binding per namespace, and for the whole cluster. */
export function rbacManifests(
  roles: readonly RoleRules[],
  { subject, name = 'netproof' }: RbacOptions = {},
): string {
  const filled = roles.filter(({ rules }) => rules.length > 0);
  return filled
    .flatMap((role) => [roleManifest(role, name), bindingManifest(role, name, subject)])
    .join('---\n');
}

function roleManifest({ namespace, rules }: RoleRules, name: string): string {
  const lines = rules.flatMap(({ apiGroups, resources, resourceNames, verbs, why }) => [
    `  # ${visible(why)}`,
    `  - apiGroups: ${list(apiGroups)}`,
    `    resources: ${list(resources)}`,
    ...(resourceNames === undefined ? [] : [`    resourceNames: ${list(resourceNames)}`]),
    `    verbs: ${list(verbs)}`,
  ]);
  return text([
    ...head(namespace === undefined ? 'ClusterRole' : 'Role', name, namespace),
    'rules:',
    ...lines,
  ]);
}

function bindingManifest({ namespace }: RoleRules, name: string, subject: Subject | undefined): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  return text([
    ...head(`${kind}Binding`, name, namespace),
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${kind}`,
    `  name: ${name}`,
    'subjects:',
    ...subjectLines(subject),
  ]);
}

function subjectLines(subject: Subject | undefined): string[] {
  if (subject === undefined) {
    return [
      '  # who runs netproof: a User, a Group or a ServiceAccount',
      ...subjectLines({ kind: 'User', name: 'CHANGE-ME' }),
    ];
  }
  const { kind, name } = subject;
  return kind === 'ServiceAccount'
    ? [`  - kind: ${kind}`, `    name: ${quoted(name)}`, `    namespace: ${quoted(subject.namespace)}`]
    : ['  - apiGroup: rbac.authorization.k8s.io', `    kind: ${kind}`, `    name: ${quoted(name)}`];
}

function head(kind: string, name: string, namespace: string | undefined): string[] {
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${name}`,
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
