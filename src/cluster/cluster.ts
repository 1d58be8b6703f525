/** What netproof asks of a cluster. One implementation speaks to an API server (`connect.ts`); tests bring their own. */
import type { Subject } from '../model/access.ts';
import type {
  CoreV1Event,
  V1ClusterRole,
  V1ConfigMap,
  V1DaemonSet,
  V1EndpointSlice,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1Service,
} from './types.ts';

/** The kinds that a run reads or writes. */
export interface Kinds {
  Namespace: V1Namespace;
  Node: V1Node;
  Pod: V1Pod;
  Service: V1Service;
  ConfigMap: V1ConfigMap;
  EndpointSlice: V1EndpointSlice;
  NetworkPolicy: V1NetworkPolicy;
  Event: CoreV1Event;
  ReplicaSet: V1ReplicaSet;
  DaemonSet: V1DaemonSet;
  PodDisruptionBudget: V1PodDisruptionBudget;
  ClusterRole: V1ClusterRole;
}
export type Kind = keyof Kinds;

export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface Access {
  readonly namespace?: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** A resource by its place in the API, for kinds that netproof has no type for. */
export interface ResourcePlace {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export type WatchEvent<K extends Kind> = {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: Kinds[K];
};

/**
 * Every method rejects with a NetproofError: `cluster-unreachable`, `forbidden` (with the verb and resource in
 * the message) or `api-error` (with the server's message, and `cause` the ApiError below). Transient faults
 * (429, 5xx, connection reset) are retried inside, with backoff, until the signal says stop or 30 s are over;
 * creates are retried only where the server surely did nothing.
 */
export interface Cluster {
  readonly server: string;
  readonly context: string;
  /** Server version, e.g. `v1.34.1`. */
  version(): Promise<string>;
  /** All objects, page by page. */
  list<K extends Kind>(kind: K, selection?: Selection): Promise<Kinds[K][]>;
  /**
   * What `keep` makes of every object of the resource, page by page, so that no more than a page is held whole;
   * undefined if the server has no such resource.
   */
  collect<T>(place: ResourcePlace, keep: (object: unknown) => T): Promise<T[] | undefined>;
  /** The object, or undefined if there is none. */
  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): Promise<Kinds[K] | undefined>;
  /** Its metadata alone, or undefined if there is none. */
  metadata(kind: Kind, namespace: string | undefined, name: string): Promise<V1ObjectMeta | undefined>;
  /** With `dryRun`, the server validates and admits but stores nothing. */
  create<K extends Kind>(
    kind: K,
    object: Kinds[K],
    options?: { readonly dryRun?: boolean },
  ): Promise<Kinds[K]>;
  /** Deletes the object with that UID and no other; true if there was one to delete. */
  delete(kind: Kind, namespace: string | undefined, name: string, uid: string): Promise<boolean>;
  /**
   * Calls `onEvent` for every object there is (`added`) and then for every change, until the signal aborts;
   * reconnects and relists by itself (expired watches, restarted servers). Resolves after the abort.
   */
  watch<K extends Kind>(
    kind: K,
    selection: Selection,
    onEvent: (event: WatchEvent<K>) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Calls `onLine` with every line of the container's log from its start, following it until the container
   * ends or the signal aborts. Reconnects by itself if the stream breaks while the container runs, telling
   * every line again from the start (`onRestart` is called first), so the reader must know lines by their number.
   */
  followLog(
    namespace: string,
    pod: string,
    onLine: (line: string) => void,
    options: {
      readonly signal: AbortSignal;
      readonly onRestart?: () => void;
      /** Absent: the pod's only container. */
      readonly container?: string;
    },
  ): Promise<void>;
  /** Pod template of a workload such as a Deployment, or undefined if there is none. A pod is its own template. */
  podTemplate(
    kind: 'deployment' | 'statefulset' | 'daemonset' | 'replicaset' | 'job' | 'cronjob' | 'pod',
    namespace: string,
    name: string,
  ): Promise<V1PodTemplateSpec | undefined>;
  /** SelfSubjectAccessReview. */
  can(access: Access): Promise<boolean>;
  /** SelfSubjectReview: who we are to the server; undefined if it does not tell (before Kubernetes 1.28). */
  whoAmI(): Promise<Subject | undefined>;
  /** Every API group with a version, e.g. `cilium.io/v2`, as discovery lists them to everybody. */
  apiVersions(): Promise<readonly string[]>;
  /** When the server was last found away: no connection to it, or a proxy that said so; undefined if never. */
  lastUnreachable(): number | undefined;
  /** Requests made so far and the bytes they carried, where known. */
  readonly traffic: { readonly requests: number; readonly bytesSent: number; readonly bytesReceived: number };
}

/** The server's answer under an `api-error`. */
export interface ApiError {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}
