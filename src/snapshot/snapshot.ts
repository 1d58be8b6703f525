/** What audit, explain and init look at, as plain data: from a cluster or from exported manifests. */
import type { V1ContainerPort, V1LabelSelector, V1NetworkPolicy } from '../cluster/types.ts';
import type { AuditSource } from '../model/audit.ts';
import type { Position } from '../model/errors.ts';

export interface Snapshot {
  readonly source: AuditSource;
  /** When reading began, milliseconds since the epoch. */
  readonly takenAt: number;
  readonly namespaces: readonly NamespaceObject[];
  readonly pods: readonly PodObject[];
  /** Deployments and their kin, read from manifests only: what would make pods where there are none. */
  readonly workloads: readonly KubeObject[];
  readonly nodes: readonly KubeObject[];
  readonly services: readonly ServiceObject[];
  /** Ingresses, and Gateway API Gateways and routes. */
  readonly entrances: readonly KubeObject[];
  readonly policies: readonly PolicyObject[];
  /** Admin kinds of policy.networking.k8s.io, and the kinds of network plugins. */
  readonly otherPolicies: readonly KubeObject[];
  /** What this user may not read, and files that are not readable. */
  readonly unread: readonly Unread[];
  /** What stands in manifests and can't be meant: unknown fields of policies, one name for two objects. */
  readonly mistakes: readonly Mistake[];
}

export interface Unread {
  /** E.g. `ingresses.networking.k8s.io`, or a file's name. */
  readonly what: string;
  readonly why: string;
  readonly where?: Position;
}

export interface Mistake extends Unread {
  readonly object?: KubeObject;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
}

/** Who wrote which fields, as the API server keeps it. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  /** Where it stands, if it was read from a file. */
  readonly where?: Position;
  /** Of a policy that was read from a file. */
  readonly rulePlaces?: RulePlaces;
}

export type NamespaceObject = KubeObject & {
  readonly kind: 'Namespace';
  /** Something of the manifests is in it, but its own manifest is not there: its labels are not known. */
  readonly assumed?: true;
};

export interface PolicyObject extends KubeObject {
  readonly spec?: V1NetworkPolicy['spec'];
}

/** Where a policy's rules stand in its file, in their order. */
export interface RulePlaces {
  readonly ingress: readonly Position[];
  readonly egress: readonly Position[];
}

export interface PodObject extends KubeObject {
  readonly spec: PodFacts;
  readonly status?: { readonly phase?: string; readonly podIP?: string; readonly podIPs?: readonly PodIP[] };
}

export interface PodIP {
  readonly ip: string;
}

/** Of a pod's spec only what is asked for: ten thousand whole ones would fill the memory. */
export interface PodFacts {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hasHostPath: boolean;
  readonly containers: readonly ContainerFacts[];
}

export interface ContainerFacts {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly V1ContainerPort[];
  readonly privileged: boolean;
}

export interface ServiceObject extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly externalIPs?: readonly string[];
    readonly clusterIP?: string;
    readonly ports?: readonly unknown[];
  };
}

export type LabelSelector = V1LabelSelector;

/** `shop/web`, or `web` for what is in no namespace. */
export function nameOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
