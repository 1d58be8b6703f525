/** What a user wrote, checked and made uniform. Nothing here knows of a cluster. */
import type { Protocol } from '../../probes/wire.ts';
import type { Position } from './errors.ts';

export type { Protocol } from '../../probes/wire.ts';

export interface Scenario {
  readonly name: string;
  readonly description?: string;
  readonly file: string;
  /** SHA-256 of the scenario file's bytes, hex. */
  readonly digest: string;
  readonly namespaces: readonly NamespaceSpec[];
  readonly workloads: readonly Workload[];
  readonly targets: readonly Target[];
  readonly zones: readonly Zone[];
  readonly policies: readonly PolicyManifest[];
  readonly expect: ExpectSpec;
  readonly attempt: AttemptSettings;
  readonly pods: PodSettings;
}

export interface NamespaceSpec {
  readonly name: string;
  /** True: created for the run and removed after it. False: exists, and only probe pods are put in it. */
  readonly create: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly position: Position;
}

/** A protocol and port as written: `tcp/8080`. `dns` alone means port 53. */
export interface PortSpec {
  readonly protocol: Protocol;
  readonly port: number;
}

/** Where a launched pod may run. */
export type Placement =
  | { readonly kind: 'any' }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'same'; readonly workload: string }
  | { readonly kind: 'different'; readonly workload: string };

/** A real workload whose identity is copied: `deployment/api`. */
export interface LikeRef {
  readonly kind: 'deployment' | 'statefulset' | 'daemonset' | 'replicaset' | 'job' | 'cronjob' | 'pod';
  readonly name: string;
}

/** An identity on the network, launched as pods. */
export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly placement: Placement;
  readonly like?: LikeRef;
  readonly listen: readonly PortSpec[];
  /** Names of those ports, for policies that name a port instead of numbering it. */
  readonly portNames: Readonly<Record<string, PortSpec>>;
  readonly position: Position;
}

interface TargetBase {
  readonly name: string;
  /** Ports to connect to; for `dns` always the one resolver port. */
  readonly ports: readonly PortSpec[];
  /** HTTP(S) request path. */
  readonly path?: string;
  readonly position: Position;
}

/** Something to connect to that is not launched. */
export type Target =
  | (TargetBase & {
      readonly kind: 'service';
      readonly service: string;
      readonly namespace: string;
      /** `clusterIP`: its virtual address; `endpoints`: the addresses behind it; `name`: its DNS name. */
      readonly via: 'clusterIP' | 'endpoints' | 'name';
    })
  | (TargetBase & {
      readonly kind: 'pods';
      readonly namespace: string;
      readonly selector: Readonly<Record<string, string>>;
      /** At most so many of the ready pods that match, oldest first. */
      readonly limit: number;
    })
  | (TargetBase & { readonly kind: 'host'; readonly host: string })
  | (TargetBase & {
      readonly kind: 'dns';
      /** The name to ask for. */
      readonly query: string;
      /** The resolver's address; absent: the pod's own. */
      readonly resolver?: string;
    });

export interface Zone {
  readonly name: string;
  readonly members: readonly string[];
  readonly position: Position;
}

/** One NetworkPolicy document to apply for the run. */
export interface PolicyManifest {
  readonly position: Position;
  readonly manifest: Readonly<Record<string, unknown>> & {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
  };
}

export type Expect = 'allow' | 'deny';

export interface ExpectSpec {
  readonly default: Expect;
  readonly rules: readonly Rule[];
  readonly position: Position;
}

/** One line of the intended matrix. Names may be workloads, targets, zones, globs (`web-*`), `*` and `!name`. */
export interface Rule {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** `all`: every port that a destination offers. */
  readonly ports: readonly PortSpec[] | 'all';
  readonly expect: Expect;
  /** The HTTP status that an allowed request must get. */
  readonly status?: number;
  readonly reason?: string;
  readonly position: Position;
}

export interface AttemptSettings {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly stableRounds: number;
  readonly settleBudgetMs: number;
  /** Probers that work at once. */
  readonly concurrency: number;
  /** Attempts started per second by all probers together. */
  readonly ratePerSecond: number;
}

/** How probe pods are made; for clusters with mirrors, quotas and private registries. */
export interface PodSettings {
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets: readonly string[];
  /** One that exists, for the canary and the controls; absent: the run creates its own. */
  readonly controlNamespace?: string;
  readonly cpu: string;
  readonly memory: string;
  /** How long deployment may take before the run gives up. */
  readonly startTimeoutMs: number;
}

/** `tcp/8080`: how a port is written everywhere. */
export function portKey(port: PortSpec): string {
  return `${port.protocol}/${port.port}`;
}
