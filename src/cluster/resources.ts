/** Where each kind lives in the API. */
import type { Cluster, Kind, ResourcePlace } from './cluster.ts';

export interface Resource extends ResourcePlace {
  readonly kind: string;
}

function resource(kind: string, group: string, plural: string, namespaced = true): Resource {
  return { kind, group, version: 'v1', plural, namespaced };
}

export const RESOURCES: Readonly<Record<Kind, Resource>> = {
  Namespace: resource('Namespace', '', 'namespaces', false),
  Node: resource('Node', '', 'nodes', false),
  Pod: resource('Pod', '', 'pods'),
  Service: resource('Service', '', 'services'),
  ConfigMap: resource('ConfigMap', '', 'configmaps'),
  EndpointSlice: resource('EndpointSlice', 'discovery.k8s.io', 'endpointslices'),
  NetworkPolicy: resource('NetworkPolicy', 'networking.k8s.io', 'networkpolicies'),
  Event: resource('Event', '', 'events'),
  ReplicaSet: resource('ReplicaSet', 'apps', 'replicasets'),
  DaemonSet: resource('DaemonSet', 'apps', 'daemonsets'),
  PodDisruptionBudget: resource('PodDisruptionBudget', 'policy', 'poddisruptionbudgets'),
  ClusterRole: resource('ClusterRole', 'rbac.authorization.k8s.io', 'clusterroles', false),
};

export type WorkloadKind = Parameters<Cluster['podTemplate']>[0];

export const WORKLOADS: Readonly<Record<WorkloadKind, Resource>> = {
  deployment: resource('Deployment', 'apps', 'deployments'),
  statefulset: resource('StatefulSet', 'apps', 'statefulsets'),
  daemonset: resource('DaemonSet', 'apps', 'daemonsets'),
  replicaset: resource('ReplicaSet', 'apps', 'replicasets'),
  job: resource('Job', 'batch', 'jobs'),
  cronjob: resource('CronJob', 'batch', 'cronjobs'),
  pod: RESOURCES.Pod,
};

export const ACCESS_REVIEW = resource(
  'SelfSubjectAccessReview',
  'authorization.k8s.io',
  'selfsubjectaccessreviews',
  false,
);

export const SELF_REVIEW = resource(
  'SelfSubjectReview',
  'authentication.k8s.io',
  'selfsubjectreviews',
  false,
);

export function apiVersionOf({ group, version }: ResourcePlace): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Absent namespace: all of them. */
export function pathOf(
  target: ResourcePlace,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const root = target.group === '' ? `/api/${target.version}` : `/apis/${apiVersionOf(target)}`;
  const scope =
    target.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const item = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${target.plural}${item}${subresource === undefined ? '' : `/${subresource}`}`;
}
