/** What an audit reads from a cluster. One line each: adding a kind of policy is adding a line. */
import type { ResourcePlace } from '../../cluster/cluster.ts';

export type Role =
  | 'namespace'
  | 'pod'
  | 'node'
  | 'service'
  /** Ways into the cluster from outside. */
  | 'entrance'
  | 'policy'
  /** Policies of other APIs. */
  | 'other-policy'
  /** Workloads with a pod template: only read from manifests, where there may be no pods. */
  | 'workload';

export interface Place extends ResourcePlace {
  readonly kind: string;
  readonly role: Role;
}

function place(role: Role, kind: string, apiVersion: string, plural: string, namespaced = true): Place {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return { role, kind, group, version, plural, namespaced };
}

export const PLACES: readonly Place[] = [
  place('namespace', 'Namespace', 'v1', 'namespaces', false),
  place('pod', 'Pod', 'v1', 'pods'),
  place('node', 'Node', 'v1', 'nodes', false),
  place('service', 'Service', 'v1', 'services'),
  place('entrance', 'Ingress', 'networking.k8s.io/v1', 'ingresses'),
  // Gateway API: HTTPRoute and GRPCRoute are v1, the others experimental (gateway-api.sigs.k8s.io).
  place('entrance', 'Gateway', 'gateway.networking.k8s.io/v1', 'gateways'),
  place('entrance', 'HTTPRoute', 'gateway.networking.k8s.io/v1', 'httproutes'),
  place('entrance', 'GRPCRoute', 'gateway.networking.k8s.io/v1', 'grpcroutes'),
  place('entrance', 'TLSRoute', 'gateway.networking.k8s.io/v1alpha2', 'tlsroutes'),
  place('entrance', 'TCPRoute', 'gateway.networking.k8s.io/v1alpha2', 'tcproutes'),
  place('entrance', 'UDPRoute', 'gateway.networking.k8s.io/v1alpha2', 'udproutes'),
  place('policy', 'NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies'),
  place(
    'other-policy',
    'AdminNetworkPolicy',
    'policy.networking.k8s.io/v1alpha1',
    'adminnetworkpolicies',
    false,
  ),
  place(
    'other-policy',
    'BaselineAdminNetworkPolicy',
    'policy.networking.k8s.io/v1alpha1',
    'baselineadminnetworkpolicies',
    false,
  ),
  place(
    'other-policy',
    'ClusterNetworkPolicy',
    'policy.networking.k8s.io/v1alpha2',
    'clusternetworkpolicies',
    false,
  ),
  place('other-policy', 'CiliumNetworkPolicy', 'cilium.io/v2', 'ciliumnetworkpolicies'),
  place(
    'other-policy',
    'CiliumClusterwideNetworkPolicy',
    'cilium.io/v2',
    'ciliumclusterwidenetworkpolicies',
    false,
  ),
  place('other-policy', 'NetworkPolicy', 'crd.projectcalico.org/v1', 'networkpolicies'),
  place('other-policy', 'GlobalNetworkPolicy', 'crd.projectcalico.org/v1', 'globalnetworkpolicies', false),
  place('other-policy', 'NetworkPolicy', 'projectcalico.org/v3', 'networkpolicies'),
  place('other-policy', 'GlobalNetworkPolicy', 'projectcalico.org/v3', 'globalnetworkpolicies', false),
  place('other-policy', 'NetworkPolicy', 'crd.antrea.io/v1beta1', 'networkpolicies'),
  place('other-policy', 'ClusterNetworkPolicy', 'crd.antrea.io/v1beta1', 'clusternetworkpolicies', false),
  place(
    'other-policy',
    'ClusterNetworkPolicy',
    'networking.k8s.aws/v1alpha1',
    'clusternetworkpolicies',
    false,
  ),
  place(
    'other-policy',
    'ApplicationNetworkPolicy',
    'networking.k8s.aws/v1alpha1',
    'applicationnetworkpolicies',
  ),
  place('other-policy', 'EgressFirewall', 'k8s.ovn.org/v1', 'egressfirewalls'),
];

/** Of manifests also what would make pods. */
export const MANIFEST_PLACES: readonly Place[] = [
  ...PLACES,
  place('workload', 'Deployment', 'apps/v1', 'deployments'),
  place('workload', 'StatefulSet', 'apps/v1', 'statefulsets'),
  place('workload', 'DaemonSet', 'apps/v1', 'daemonsets'),
  place('workload', 'ReplicaSet', 'apps/v1', 'replicasets'),
  place('workload', 'Job', 'batch/v1', 'jobs'),
  place('workload', 'CronJob', 'batch/v1', 'cronjobs'),
];

export function apiVersionOf({ group, version }: ResourcePlace): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `ingresses.networking.k8s.io` */
export function placeName({ group, plural }: ResourcePlace): string {
  return group === '' ? plural : `${plural}.${group}`;
}
