/** What a snapshot is made of. One line each. */
import type { ResourcePlace } from '../cluster/cluster.ts';
import { NETWORK_POLICIES, OTHER_POLICIES, place as resource } from '../cluster/policy-places.ts';
import type { Resource } from '../cluster/resources.ts';

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

export interface Place extends Resource {
  readonly role: Role;
}

export interface LivePlace extends Place {
  readonly role: Exclude<Role, 'workload'>;
}

function place<R extends Role>(
  role: R,
  kind: string,
  apiVersion: string,
  plural: string,
  namespaced = true,
): Place & { readonly role: R } {
  return { ...resource(kind, apiVersion, plural, namespaced), role };
}

/** What is in a cluster and in a snapshot of it. */
export const PLACES: readonly LivePlace[] = [
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
  { ...NETWORK_POLICIES, role: 'policy' },
  ...OTHER_POLICIES.map((other): LivePlace => ({ ...other, role: 'other-policy' })),
];

/** Of those what policies are evaluated over. */
export const WORLD_PLACES: readonly LivePlace[] = PLACES.filter(({ role }) => role !== 'entrance');

/** Without these there is nothing to tell: what may not be read of the others is in the snapshot as unread. */
export function isNeeded({ role }: LivePlace): boolean {
  return role === 'namespace' || role === 'pod' || role === 'policy';
}

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

/** `ingresses.networking.k8s.io` */
export function placeName({ group, plural }: ResourcePlace): string {
  return group === '' ? plural : `${plural}.${group}`;
}
