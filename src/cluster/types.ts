/** Kubernetes' own object types, from the client library; types only, so that nothing is loaded. */
export type {
  CoreV1Event,
  V1ConfigMap,
  V1Container,
  V1EndpointSlice,
  V1Namespace,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1Node,
  V1ObjectMeta,
  V1OwnerReference,
  V1Pod,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Service,
} from '@kubernetes/client-node';
