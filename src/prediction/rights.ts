/** The rights that predictions would like to have; without them they are unknown, and the run goes on. */
import { NETWORK_POLICIES, OTHER_POLICIES } from '../cluster/policy-places.ts';
import type { Plan, RoleRule, RoleRules } from '../model/plan.ts';
import { wantedFor } from './wanted.ts';

const list = (group: string, resources: readonly string[], why: string): RoleRule => ({
  apiGroups: [group],
  resources,
  verbs: ['list'],
  why,
});

/** All of them only read. */
export function predictionRights(plan: Plan): readonly RoleRules[] {
  const { namespaces, targets, addresses } = wantedFor(plan);
  const created = new Set(plan.created.map(({ name }) => name));
  const standing = [...new Set([...namespaces, ...targets])].filter((name) => !created.has(name));
  return [
    { rules: [...clusterWide(), ...(addresses.length === 0 ? [] : [OWNERS])] },
    ...standing.map((namespace) => ({
      namespace,
      rules: [
        list(NETWORK_POLICIES.group, [NETWORK_POLICIES.plural], 'tell what the policies say of each probe'),
        ...(targets.includes(namespace) ? BEHIND : []),
      ],
    })),
  ];
}

const BEHIND: readonly RoleRule[] = [
  list('', ['pods', 'services'], 'tell who is behind a target'),
  list('discovery.k8s.io', ['endpointslices'], "tell a target Service's endpoints"),
];

const OWNERS = list('', ['pods', 'services'], "tell whether a host's address is a pod's or a Service's");

function clusterWide(): readonly RoleRule[] {
  const groups = [...new Set(OTHER_POLICIES.map(({ group }) => group))];
  return groups.map((group) => {
    const plurals = OTHER_POLICIES.filter((place) => place.group === group).map(({ plural }) => plural);
    return list(group, [...new Set(plurals)], 'tell whether other kinds of policies decide too');
  });
}
