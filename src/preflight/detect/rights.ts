/** The rights that detection would like to have. Whatever is denied is left out of the facts, and said. */
import type { RoleRule, RoleRules } from '../../model/plan.ts';
import { DETECTORS } from './registry.ts';

/** One cluster-wide role that only reads. Nodes, pods and namespaces are among the rights of any run. */
export function detectionRights(): readonly RoleRules[] {
  const rules: RoleRule[] = [
    {
      apiGroups: ['apps'],
      resources: ['daemonsets'],
      verbs: ['list'],
      why: 'find the agents of network plugins and meshes',
    },
    {
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: wanted(({ controllers }) => controllers),
      verbs: ['get'],
      why: 'read the arguments of their controllers',
    },
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: wanted(({ configMaps }) => configMaps?.map(({ name }) => name)),
      verbs: ['get'],
      why: 'read the switches in their configuration; no other key is kept',
    },
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      resourceNames: wanted(({ clusterRoles }) => clusterRoles),
      verbs: ['get'],
      why: 'see whether kindnet reads policies',
    },
    ...CUSTOM_RESOURCES.map(({ group, plural, why }): RoleRule => ({
      apiGroups: [group],
      resources: [plural],
      verbs: ['list'],
      why,
    })),
  ];
  return [{ rules }];
}

/** Configuration that engines keep in kinds of their own. */
export const CUSTOM_RESOURCES = [
  {
    group: 'config.openshift.io',
    version: 'v1',
    plural: 'networks',
    why: "OpenShift's choice of network plugin",
  },
  {
    group: 'operator.tigera.io',
    version: 'v1',
    plural: 'installations',
    why: "Calico's settings, where its operator installed it",
  },
  {
    group: 'crd.projectcalico.org',
    version: 'v1',
    plural: 'felixconfigurations',
    why: 'how Calico denies',
  },
] as const;

function wanted(names: (detector: (typeof DETECTORS)[number]) => readonly string[] | undefined): string[] {
  return [...new Set(DETECTORS.flatMap((detector) => names(detector) ?? []))].sort();
}
