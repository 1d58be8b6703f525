/** The API's resources that hold policies, of every project that is known. One line each. */
import { apiVersionOf, type Resource } from './resources.ts';

/** @param apiVersion as in a manifest: `v1`, `apps/v1` */
export function place(kind: string, apiVersion: string, plural: string, namespaced: boolean): Resource {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return { kind, group, version, plural, namespaced };
}

export const NETWORK_POLICIES = place('NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies', true);

/** Those of the whole cluster that the evaluator knows, then those of network plugins. */
export const OTHER_POLICIES: readonly Resource[] = [
  place('AdminNetworkPolicy', 'policy.networking.k8s.io/v1alpha1', 'adminnetworkpolicies', false),
  place(
    'BaselineAdminNetworkPolicy',
    'policy.networking.k8s.io/v1alpha1',
    'baselineadminnetworkpolicies',
    false,
  ),
  place('ClusterNetworkPolicy', 'policy.networking.k8s.io/v1alpha2', 'clusternetworkpolicies', false),
  place('CiliumNetworkPolicy', 'cilium.io/v2', 'ciliumnetworkpolicies', true),
  place('CiliumClusterwideNetworkPolicy', 'cilium.io/v2', 'ciliumclusterwidenetworkpolicies', false),
  place('NetworkPolicy', 'crd.projectcalico.org/v1', 'networkpolicies', true),
  place('GlobalNetworkPolicy', 'crd.projectcalico.org/v1', 'globalnetworkpolicies', false),
  place('NetworkPolicy', 'projectcalico.org/v3', 'networkpolicies', true),
  place('GlobalNetworkPolicy', 'projectcalico.org/v3', 'globalnetworkpolicies', false),
  place('NetworkPolicy', 'crd.antrea.io/v1beta1', 'networkpolicies', true),
  place('ClusterNetworkPolicy', 'crd.antrea.io/v1beta1', 'clusternetworkpolicies', false),
  place('ClusterNetworkPolicy', 'networking.k8s.aws/v1alpha1', 'clusternetworkpolicies', false),
  place('ApplicationNetworkPolicy', 'networking.k8s.aws/v1alpha1', 'applicationnetworkpolicies', true),
  place('EgressFirewall', 'k8s.ovn.org/v1', 'egressfirewalls', true),
];

/** Where policies may hide: a group that is served only in versions that came after this list. */
export interface UnknownVersions {
  readonly group: string;
  /** A sentence without its full stop. */
  readonly why: string;
}

/** @param served API versions, `cilium.io/v2` */
export function unknownVersions(served: readonly string[]): readonly UnknownVersions[] {
  const groups = new Set(OTHER_POLICIES.map(({ group }) => group));
  return [...groups].flatMap((group) => {
    const versions = served.filter((each) => each.startsWith(`${group}/`));
    const known = OTHER_POLICIES.some((each) => versions.includes(apiVersionOf(each)));
    if (versions.length === 0 || known) return [];
    return [{ group, why: `it is served as ${versions.join(', ')} only, which is not known here` }];
  });
}
