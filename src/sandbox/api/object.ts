/** Kubernetes objects as they travel: JSON, so every time is a string, and nothing is ever changed in place. */
import type {
  CoreV1Event,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1Deployment,
  V1EndpointSlice,
  V1Endpoints,
  V1Lease,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1OwnerReference,
  V1Pod,
  V1PodSpec,
  V1ReplicaSet,
  V1ResourceQuota,
  V1Role,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1ServiceAccount,
} from '@kubernetes/client-node';

/**
 * A client library type as it is on the wire, read-only: times are strings, and the `_` that the library puts
 * before words that JavaScript reserves (`_from`) is gone.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T as K extends `_${infer Word}` ? Word : K]: Wire<T[K]> }
      : T;

export type Labels = Readonly<Record<string, string>>;

export interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly Wire<V1OwnerReference>[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Meta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

type Head = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;
type Typed<T> = Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'> & Head;

export type PodSpec = Wire<V1PodSpec>;
export type Pod = Omit<Typed<V1Pod>, 'spec'> & { readonly spec: PodSpec };
export type Namespace = Typed<V1Namespace>;
export type Node = Typed<V1Node>;
export type Service = Typed<V1Service>;
export type NetworkPolicy = Typed<V1NetworkPolicy>;
export type EndpointSlice = Typed<V1EndpointSlice>;

/** The resources that the cluster's own parts read and write, by `plural` or `plural.group`. */
export interface Known {
  pods: Pod;
  namespaces: Namespace;
  nodes: Node;
  services: Service;
  configmaps: Typed<V1ConfigMap>;
  secrets: Typed<V1Secret>;
  serviceaccounts: Typed<V1ServiceAccount>;
  endpoints: Typed<V1Endpoints>;
  resourcequotas: Typed<V1ResourceQuota>;
  events: Typed<CoreV1Event>;
  'networkpolicies.networking.k8s.io': NetworkPolicy;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  'leases.coordination.k8s.io': Typed<V1Lease>;
  'deployments.apps': Typed<V1Deployment>;
  'replicasets.apps': Typed<V1ReplicaSet>;
  'roles.rbac.authorization.k8s.io': Typed<V1Role>;
  'rolebindings.rbac.authorization.k8s.io': Typed<V1RoleBinding>;
  'clusterroles.rbac.authorization.k8s.io': Typed<V1ClusterRole>;
  'clusterrolebindings.rbac.authorization.k8s.io': Typed<V1ClusterRoleBinding>;
}
export type KnownName = keyof Known;

/** JSON being worked on: bodies and patches. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Structural equality of JSON values, ignoring the order of keys and keys that are undefined. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}

/** A time as metav1.Time writes it: whole seconds, UTC. */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** A time as metav1.MicroTime writes it. */
export const microTimestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`;
