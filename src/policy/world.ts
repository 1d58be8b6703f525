/** What policies are evaluated over: plain data, read from a live cluster or from manifests (world-of.ts). */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Labels } from '../model/selector.ts';
import type { AdminPolicy } from './admin-manifests.ts';

/** As the API writes them; policies speak of no other protocol (ICMP is nobody's). */
export type TransportProtocol = 'TCP' | 'UDP' | 'SCTP';

export interface World {
  readonly pods: readonly PolicyPod[];
  /** Every namespace that a pod or a policy is in. */
  readonly namespaces: readonly PolicyNamespace[];
  readonly nodes: readonly PolicyNode[];
  readonly services: readonly PolicyService[];
  readonly policies: readonly V1NetworkPolicy[];
  readonly adminPolicies: readonly AdminPolicy[];
  readonly foreign: readonly ForeignPolicy[];
  /** What was left out or assumed while reading, one sentence each. */
  readonly notes: readonly string[];
}

export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** IPv4 and IPv6; empty where they are unknown, as offline. */
  readonly ips: readonly string[];
  readonly node?: string;
  readonly hostNetwork: boolean;
  readonly ports: readonly PodPort[];
  /** The workload that a person would name: a Deployment, not its ReplicaSet. */
  readonly owner?: WorkloadRef;
  /** There is no such pod (yet): made from its owner's template. */
  readonly fromTemplate: boolean;
}

export interface PodPort {
  readonly name?: string;
  readonly protocol: TransportProtocol;
  readonly containerPort: number;
}

export interface WorkloadRef {
  readonly kind: string;
  readonly name: string;
}

export interface PolicyNamespace {
  readonly name: string;
  readonly labels: Labels;
  /** Something is in it, but the namespace itself was not given: labels other than its name's are unknown. */
  readonly assumed: boolean;
}

export interface PolicyNode {
  readonly name: string;
  readonly ips: readonly string[];
  /** Absent where the node itself was not given, only pods on it. */
  readonly labels?: Labels;
}

export interface PolicyService {
  readonly namespace: string;
  readonly name: string;
  /** Virtual addresses; empty for headless Services and offline. */
  readonly clusterIPs: readonly string[];
  /** It never has a virtual address: its name means the pods themselves. */
  readonly headless?: true;
  /** Absent: its endpoints are somebody else's to write, and unknown here. */
  readonly selector?: Labels;
  readonly ports: readonly ServicePort[];
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol: TransportProtocol;
  readonly port: number;
  /** A number, or the name of a port of each pod. */
  readonly targetPort: number | string;
}

/** A policy of another API: recognised, not evaluated. */
export interface ForeignPolicy {
  /** `CiliumNetworkPolicy`, … */
  readonly kind: string;
  readonly apiVersion: string;
  /** Absent for those of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}
