/** The roles that every cluster has from the start (kubernetes' bootstrappolicy), as far as users of the sandbox meet them. */
import type { PolicyRule } from '../api/auth/rule.ts';
import { AUTHENTICATED, MASTERS } from '../api/auth/user.ts';
import type { Store } from '../api/store.ts';

const GROUP = 'rbac.authorization.k8s.io';

interface Bootstrap {
  readonly rules: readonly PolicyRule[];
  /** Groups that have it throughout the cluster. */
  readonly groups: readonly string[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];

/** Without secrets and roles, by which rights could be had that were not given. */
const VISIBLE: readonly (Pick<PolicyRule, 'apiGroups' | 'resources'> & object)[] = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'endpoints',
      'pods',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
    ],
  },
  {
    apiGroups: ['apps'],
    resources: [
      'daemonsets',
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'] },
];
const granted = (verbs: readonly string[]): PolicyRule[] => VISIBLE.map((about) => ({ ...about, verbs }));
const core = (resources: readonly string[], verbs: readonly string[]): PolicyRule => ({
  apiGroups: [''],
  resources,
  verbs,
});

const VIEW: readonly PolicyRule[] = [
  ...granted(READ),
  core(['events', 'limitranges', 'namespaces', 'pods/log', 'resourcequotas'], READ),
];
const EDIT: readonly PolicyRule[] = [
  ...VIEW,
  ...granted(WRITE),
  core(['secrets'], [...READ, ...WRITE]),
  core(['serviceaccounts/token', 'pods/eviction'], ['create']),
  core(['serviceaccounts'], ['impersonate']),
];
const ADMINISTER: readonly PolicyRule[] = [
  ...EDIT,
  { apiGroups: [GROUP], resources: ['rolebindings', 'roles'], verbs: [...READ, ...WRITE] },
  { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
];

const ROLES: Readonly<Record<string, Bootstrap>> = {
  'cluster-admin': {
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
    groups: [MASTERS],
  },
  'system:discovery': {
    rules: [{ nonResourceURLs: [...DISCOVERY, ...HEALTH], verbs: ['get'] }],
    groups: [AUTHENTICATED],
  },
  'system:public-info-viewer': {
    rules: [{ nonResourceURLs: HEALTH, verbs: ['get'] }],
    groups: [AUTHENTICATED],
  },
  'system:basic-user': {
    rules: [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
      { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    ],
    groups: [AUTHENTICATED],
  },
  admin: { rules: ADMINISTER, groups: [] },
  edit: { rules: EDIT, groups: [] },
  view: { rules: VIEW, groups: [] },
};

const meta = (name: string) => ({
  name,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  uid: '',
  resourceVersion: '',
  creationTimestamp: '',
});

export function seedRoles(store: Store): void {
  const apiVersion = `${GROUP}/v1`;
  for (const [name, { rules, groups }] of Object.entries(ROLES)) {
    store.create('clusterroles.rbac.authorization.k8s.io', {
      apiVersion,
      kind: 'ClusterRole',
      metadata: meta(name),
      rules,
    });
    if (groups.length === 0) continue;
    store.create('clusterrolebindings.rbac.authorization.k8s.io', {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: meta(name),
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
      subjects: groups.map((group) => ({ apiGroup: GROUP, kind: 'Group', name: group })),
    });
  }
}
