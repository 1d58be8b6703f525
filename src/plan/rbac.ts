/** The least rights that a scenario's run needs, namespace by namespace. */
import type { ControlNamespace, RoleRule, RoleRules } from '../model/plan.ts';
import type { LikeRef, Scenario, Target } from '../model/scenario.ts';

/**
 * One entry per namespace: two roles of one name in it would replace each other when they are applied.
 *
 * @param control where it exists already and the scenario creates no namespaces either, nothing but nodes is read
 *   cluster-wide
 */
export function rbacFor(scenario: Scenario, control: ControlNamespace): readonly RoleRules[] {
  const existing = new Set(scenario.namespaces.filter(({ create }) => !create).map(({ name }) => name));
  const creates = control.create || scenario.namespaces.some(({ create }) => create);
  const own = control.create ? [] : [control.name];
  const namespaces = new Set([...existing, ...serviceNamespaces(scenario), ...own]);
  return [
    { rules: creates ? clusterRules(scenario) : READ_RULES },
    ...[...namespaces].map((namespace) => ({
      namespace,
      rules: [
        ...(creates || !(existing.has(namespace) || own.includes(namespace)) ? [] : POD_RULES),
        ...(creates || !own.includes(namespace) ? [] : [CANARY_RULE]),
        ...(existing.has(namespace) ? existingRules(scenario, namespace) : []),
        ...serviceRules(scenario, namespace),
      ],
    })),
  ];
}

/** What `netproof preflight` needs: the canary's Services beside what a run needs for its own. */
export function preflightRights(control: ControlNamespace): readonly RoleRules[] {
  const services = rule(
    '',
    ['services'],
    ['create', 'get', 'delete'],
    'see whether policies are applied behind a Service, only in the control namespace',
  );
  return control.create
    ? [{ rules: [NAMESPACE_RULE, ...READ_RULES.slice(0, 1), ...POD_RULES, CANARY_RULE, services] }]
    : [{ rules: READ_RULES }, { namespace: control.name, rules: [...POD_RULES, CANARY_RULE, services] }];
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

const NAMESPACE_RULE = rule(
  '',
  ['namespaces'],
  ['create', 'get', 'list', 'delete'],
  'the control namespace, and those that the scenario creates',
);

const READ_RULES: readonly RoleRule[] = [
  rule('', ['nodes'], ['list'], 'name nodes and their versions in the evidence'),
  rule('', ['namespaces'], ['get'], 'see that namespaces exist, and whether they assign users to pods'),
];

const CANARY_RULE = rule(
  'networking.k8s.io',
  ['networkpolicies'],
  ['create', 'get', 'list', 'delete'],
  "the canary's policies, only in the control namespace",
);

/**
 * Namespaces made by the run have names that no Role can be written for beforehand, so what happens in them must be
 * granted cluster-wide; the control namespace is one of them unless another is named.
 */
function clusterRules(scenario: Scenario): readonly RoleRule[] {
  const policies = "the canary's policies and the scenario's, only in namespaces that the run creates";
  return [
    NAMESPACE_RULE,
    ...READ_RULES.slice(0, 1),
    ...POD_RULES,
    scenario.policies.length > 0 ? { ...CANARY_RULE, why: policies } : CANARY_RULE,
  ];
}

function existingRules(scenario: Scenario, namespace: string): readonly RoleRule[] {
  const likes = scenario.workloads
    .filter((workload) => workload.namespace === namespace)
    .map(({ like }) => like);
  const copied = new Map(
    likes.flatMap((like) => (like ? [[`${like.kind}/${like.name}`, like] as const] : [])),
  );
  return [
    rule('', ['services'], ['list'], 'make sure that no probe pod becomes an endpoint'),
    rule('apps', ['replicasets', 'daemonsets'], ['list'], 'make sure that no controller adopts a probe pod'),
    rule(
      'policy',
      ['poddisruptionbudgets'],
      ['list'],
      'make sure that no disruption budget is blocked by a probe pod',
    ),
    ...[...copied.values()].map(likeRule),
  ];
}

function likeRule(like: LikeRef): RoleRule {
  const group = like.kind === 'pod' ? '' : like.kind === 'job' || like.kind === 'cronjob' ? 'batch' : 'apps';
  return rule(group, [`${like.kind}s`], ['get'], `copy the identity of ${like.kind}/${like.name}`);
}

type ServiceTarget = Extract<Target, { kind: 'service' }>;

function serviceTargets(scenario: Scenario): readonly ServiceTarget[] {
  return scenario.targets.filter((target) => target.kind === 'service');
}

function serviceNamespaces(scenario: Scenario): readonly string[] {
  return serviceTargets(scenario).map(({ namespace }) => namespace);
}

/** Target pods need none of their own: pods may be listed everywhere. */
function serviceRules(scenario: Scenario, namespace: string): readonly RoleRule[] {
  const targets = serviceTargets(scenario).filter((target) => target.namespace === namespace);
  const find = rule('', ['services'], ['get'], 'find target Services');
  // A headless Service has no address of its own, whatever `via` says.
  const behind = rule(
    'discovery.k8s.io',
    ['endpointslices'],
    ['list'],
    'find the addresses behind target Services',
  );
  if (targets.length === 0) return [];
  return targets.some(({ via }) => via !== 'name') ? [find, behind] : [find];
}
