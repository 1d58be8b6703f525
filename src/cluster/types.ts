/**
 * Kubernetes' object types as they are on the wire, taken from the client library (types only, so that nothing
 * is loaded). The library's own classes differ from the wire in two ways, undone here: they hold dates as
 * `Date` (the wire: RFC 3339 strings), and they put `_` before words that JavaScript reserves, so that a policy
 * rule's `from` would be called `_from` there and be missed.
 */
import type * as client from '@kubernetes/client-node';

export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [K in keyof T as K extends `_${infer Word}` ? Word : K]: Wire<T[K]> }
      : T;

export type CoreV1Event = Wire<client.CoreV1Event>;
export type V1ClusterRole = Wire<client.V1ClusterRole>;
export type V1ConfigMap = Wire<client.V1ConfigMap>;
export type V1Container = Wire<client.V1Container>;
export type V1EndpointSlice = Wire<client.V1EndpointSlice>;
export type V1Namespace = Wire<client.V1Namespace>;
export type V1NetworkPolicy = Wire<client.V1NetworkPolicy>;
export type V1NetworkPolicyIngressRule = Wire<client.V1NetworkPolicyIngressRule>;
export type V1NetworkPolicyEgressRule = Wire<client.V1NetworkPolicyEgressRule>;
export type V1NetworkPolicyPeer = Wire<client.V1NetworkPolicyPeer>;
export type V1NetworkPolicyPort = Wire<client.V1NetworkPolicyPort>;
export type V1Node = Wire<client.V1Node>;
export type V1ObjectMeta = Wire<client.V1ObjectMeta>;
export type V1OwnerReference = Wire<client.V1OwnerReference>;
export type V1Pod = Wire<client.V1Pod>;
export type V1PodSpec = Wire<client.V1PodSpec>;
export type V1PodTemplateSpec = Wire<client.V1PodTemplateSpec>;
export type V1Service = Wire<client.V1Service>;
export type V1ContainerPort = Wire<client.V1ContainerPort>;
export type V1DaemonSet = Wire<client.V1DaemonSet>;
export type V1LabelSelector = Wire<client.V1LabelSelector>;
export type V1PodDisruptionBudget = Wire<client.V1PodDisruptionBudget>;
export type V1ReplicaSet = Wire<client.V1ReplicaSet>;
