/** What a run will create and ask, worked out before anything is touched. */
import type { Matrix } from './matrix.ts';
import type { NamespaceSpec, PolicyManifest, Scenario, Workload } from './scenario.ts';

export interface ControlNamespace {
  readonly name: string;
  /** False: it was there before, and nothing is made in it but what carries the run's label. */
  readonly create: boolean;
}

/** Workloads that neither the scenario nor any policy tells apart: one is probed, and stands for the others. */
export interface WorkloadClass {
  readonly representative: string;
  /** The others. */
  readonly members: readonly string[];
}

export interface Plan {
  readonly runId: string;
  readonly scenario: Scenario;
  /** What is probed: without those for which another workload stands. */
  readonly matrix: Matrix;
  /** Those of more than one workload. */
  readonly classes: readonly WorkloadClass[];
  readonly created: readonly NamespaceSpec[];
  readonly existing: readonly NamespaceSpec[];
  /** Namespace of the canary and the controls, outside every policy of the scenario. */
  readonly control: ControlNamespace;
  readonly policies: readonly PolicyManifest[];
  readonly listeners: readonly Workload[];
  readonly probers: readonly Workload[];
  /** TCP port of the kubelet's liveness probe, one that no workload listens on. */
  readonly controlPort: number;
  /** Time between two signs of life of an agent, milliseconds. */
  readonly beatMs: number;
  /** How late a listener's event loop may be without having missed anything, milliseconds. */
  readonly stallMs: number;
  readonly rbac: readonly RoleRules[];
  readonly estimate: Estimate;
}

/** RBAC rules in one namespace, or cluster-wide where `namespace` is absent. */
export interface RoleRules {
  readonly namespace?: string;
  readonly rules: readonly RoleRule[];
}

export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Absent: all. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  readonly why: string;
}

export interface Estimate {
  readonly pods: number;
  readonly probes: number;
  /** Seconds, from nothing to report, if pods start in two seconds each and all goes well. */
  readonly seconds: number;
}
