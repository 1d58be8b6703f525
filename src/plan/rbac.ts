/** The least rights that a scenario's run needs, namespace by namespace. */
import type { RoleRules } from '../model/plan.ts';
import type { LikeRef, Scenario } from '../model/scenario.ts';

type RoleRule = RoleRules['rules'][number];

export function rbacFor(scenario: Scenario): readonly RoleRules[] {
  const existing = scenario.namespaces.filter((namespace) => !namespace.create);
  return [
    { rules: clusterRules(scenario) },
    ...existing.map(({ name }) => ({ namespace: name, rules: existingRules(scenario, name) })),
    ...targetNamespaces(scenario).map((name) => ({ namespace: name, rules: targetRules(scenario, name) })),
  ];
}

const rule = (group: string, resources: string[], verbs: string[], why: string): RoleRule => ({
  apiGroups: [group],
  resources,
  verbs,
  why,
});

const POD_RULES: readonly RoleRule[] = [
  rule(
    '',
    ['pods'],
    ['create', 'get', 'list', 'watch', 'delete'],
    'launch listeners and probers, see them run, remove them',
  ),
  rule('', ['pods/log'], ['get'], 'read what listeners and probers observed; no exec right is needed'),
  rule(
    '',
    ['configmaps'],
    ['create', 'get', 'list', 'delete'],
    'one ConfigMap owns the pods, so that they go when it goes',
  ),
];

/**
 * Namespaces made by the run have names that no Role can be written for beforehand, so what happens in them
 * (the control namespace is always one) must be granted cluster-wide.
 */
function clusterRules(scenario: Scenario): readonly RoleRule[] {
  return [
    rule(
      '',
      ['namespaces'],
      ['create', 'get', 'list', 'delete'],
      'the control namespace, and those that the scenario creates',
    ),
    rule('', ['nodes'], ['get', 'list'], 'name nodes and their versions in the evidence'),
    ...POD_RULES,
    rule(
      'networking.k8s.io',
      ['networkpolicies'],
      ['create', 'get', 'list', 'delete'],
      scenario.policies.length > 0
        ? "the canary's policies and the scenario's, only in namespaces that the run creates"
        : "the canary's policies, only in the control namespace",
    ),
  ];
}

function existingRules(scenario: Scenario, namespace: string): readonly RoleRule[] {
  const likes = scenario.workloads.filter((workload) => workload.namespace === namespace && workload.like);
  return [
    rule('', ['services'], ['get', 'list'], 'make sure that no probe pod becomes an endpoint'),
    rule('apps', ['replicasets', 'daemonsets'], ['list'], 'make sure that no controller adopts a probe pod'),
    rule(
      'policy',
      ['poddisruptionbudgets'],
      ['list'],
      'make sure that no disruption budget is blocked by a probe pod',
    ),
    ...likes.map((workload) => likeRule(workload.like as LikeRef)),
  ];
}

function likeRule(like: LikeRef): RoleRule {
  const group = like.kind === 'pod' ? '' : like.kind === 'job' || like.kind === 'cronjob' ? 'batch' : 'apps';
  return rule(group, [`${like.kind}s`], ['get'], `copy the identity of ${like.kind}/${like.name}`);
}

function targetNamespaces(scenario: Scenario): readonly string[] {
  const names = scenario.targets.flatMap((target) => ('namespace' in target ? [target.namespace] : []));
  return [...new Set(names)];
}

function targetRules(scenario: Scenario, namespace: string): readonly RoleRule[] {
  const kinds = new Set(
    scenario.targets.flatMap((target) =>
      'namespace' in target && target.namespace === namespace ? [target.kind] : [],
    ),
  );
  const rules: RoleRule[] = [];
  if (kinds.has('service')) {
    rules.push(rule('', ['services'], ['get'], 'find the addresses of target Services'));
    rules.push(
      rule('discovery.k8s.io', ['endpointslices'], ['list'], 'find the addresses behind target Services'),
    );
  }
  rules.push(rule('', ['pods'], ['list'], 'find target pods, and see whether their addresses changed hands'));
  return rules;
}
