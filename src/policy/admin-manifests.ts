/**
 * Policies of policy.networking.k8s.io as they are on the wire, as far as they decide anything:
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1), ClusterNetworkPolicy (v1alpha2).
 * Source: kubernetes-sigs/network-policy-api, apis/v1alpha1 and apis/v1alpha2.
 */
import type { V1LabelSelector, V1ObjectMeta } from '../cluster/types.ts';

export type AdminPolicy = AdminNetworkPolicy | BaselineAdminNetworkPolicy | ClusterNetworkPolicy;

export interface AdminNetworkPolicy {
  readonly kind: 'AdminNetworkPolicy';
  readonly metadata: V1ObjectMeta;
  readonly spec: AdminSpec<PortsV1alpha1> & { readonly priority: number };
}

/** Only one, called `default`, is possible. */
export interface BaselineAdminNetworkPolicy {
  readonly kind: 'BaselineAdminNetworkPolicy';
  readonly metadata: V1ObjectMeta;
  readonly spec: AdminSpec<PortsV1alpha1>;
}

export interface ClusterNetworkPolicy {
  readonly kind: 'ClusterNetworkPolicy';
  readonly metadata: V1ObjectMeta;
  readonly spec: AdminSpec<PortsV1alpha2> & {
    readonly tier: 'Admin' | 'Baseline';
    readonly priority: number;
  };
}

interface AdminSpec<Ports> {
  readonly subject: AdminSubject;
  readonly ingress?: readonly (AdminRuleBase & Ports & { readonly from?: readonly AdminPeer[] })[];
  readonly egress?: readonly (AdminRuleBase & Ports & { readonly to?: readonly AdminPeer[] })[];
}

interface AdminRuleBase {
  readonly name?: string;
  /** `Allow` became `Accept` in v1alpha2. */
  readonly action: 'Allow' | 'Accept' | 'Deny' | 'Pass';
}

/** Exactly one field. */
export interface AdminSubject {
  readonly namespaces?: V1LabelSelector;
  readonly pods?: NamespacedPod;
}

export interface NamespacedPod {
  readonly namespaceSelector?: V1LabelSelector;
  readonly podSelector?: V1LabelSelector;
}

/** Exactly one field; the last three in egress rules only. None: the object is newer than this list. */
export interface AdminPeer extends AdminSubject {
  readonly nodes?: V1LabelSelector;
  readonly networks?: readonly string[];
  readonly domainNames?: readonly string[];
}

export interface PortsV1alpha1 {
  readonly ports?: readonly AdminPort[];
}

/** Exactly one field. */
export interface AdminPort {
  readonly portNumber?: { readonly protocol?: string; readonly port: number };
  readonly portRange?: { readonly protocol?: string; readonly start: number; readonly end: number };
  readonly namedPort?: string;
}

export interface PortsV1alpha2 {
  readonly protocols?: readonly ClusterProtocol[];
}

/** Exactly one field. */
export interface ClusterProtocol {
  readonly tcp?: ProtocolMatch;
  readonly udp?: ProtocolMatch;
  readonly sctp?: ProtocolMatch;
  readonly destinationNamedPort?: string;
}

export interface ProtocolMatch {
  readonly destinationPort?: {
    readonly number?: number;
    readonly range?: { readonly start: number; readonly end: number };
  };
}
