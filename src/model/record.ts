/**
 * Everything a run recorded: the facts under the verdicts. Plain data, saved as it is, so that a run can be
 * judged and rendered again.
 *
 * All times are milliseconds since the Unix epoch on the orchestrator's clock: each pod's own times are moved by
 * the offset seen between its lines and their arrival, since clocks of nodes differ.
 */
import type { Attempt, Outcome, Sighting, Transition } from '../../probes/wire.ts';
import type { Capabilities } from './capabilities.ts';
import type { Detection } from './detection.ts';
import type { Position } from './errors.ts';
import type { FleetPod } from './fleet.ts';
import type { WorkloadClass } from './plan.ts';
import type { Predicted } from './prediction.ts';
import type { Expect, PortSpec } from './scenario.ts';

export type { Attempt, Outcome, Sighting, Transition } from '../../probes/wire.ts';

export interface RunRecord {
  readonly runId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly scenario: { readonly name: string; readonly file: string; readonly digest: string };
  readonly cluster: ClusterFacts;
  readonly capabilities: Capabilities;
  /** Who is said to enforce policies; absent if the preflight was skipped. */
  readonly detection?: Detection;
  readonly pods: readonly FleetPod[];
  /** In force when the probes began, as far as they could be read. */
  readonly policies: readonly PolicyFact[];
  /** Ids of every rule and default deny of the policies that are evaluated. */
  readonly units: readonly string[];
  /** Absent: every pair was probed. */
  readonly classes?: readonly ClassRecord[];
  readonly probes: readonly ProbeRecord[];
  readonly probers: readonly ProberRecord[];
  readonly listeners: readonly ListenerRecord[];
  readonly controls: readonly ControlRecord[];
  /** What was noticed on the way and the reader should know. */
  readonly notes: readonly string[];
}

export interface ClusterFacts {
  readonly server: string;
  readonly context: string;
  readonly version: string;
  /** True on netproof's own embedded cluster. */
  readonly sandbox: boolean;
  readonly nodes: readonly { readonly name: string; readonly kubelet: string }[];
}

export interface ClassRecord extends WorkloadClass {
  /** Why the representative's verdicts don't stand for the others after all. */
  readonly broken?: string;
}

/** Fields that may be absent are so in records of earlier versions, which knew NetworkPolicies only. */
export interface PolicyFact {
  readonly apiVersion?: string;
  readonly kind?: string;
  /** Empty for those of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** SHA-256 of its spec with sorted keys, hex. */
  readonly digest?: string;
  /** Of the scenario's own: where it is written. */
  readonly origin?: Position;
}

/** One question with its expectation and its answer. */
export interface ProbeRecord {
  readonly source: string;
  /** Endpoint id; one endpoint may have several addresses, each its own probe. */
  readonly endpoint: string;
  readonly destination: string;
  readonly port: PortSpec;
  readonly host: string;
  readonly expect: Expect;
  readonly expectStatus?: number;
  readonly reason?: string;
  readonly origin: Position;
  /** Absent in records of versions that did not ask the policies. */
  readonly prediction?: Predicted;
  /** Name of the prober pod; names the batch. */
  readonly prober: string;
  /** Name of our listener at the other end, absent for a target. */
  readonly listener?: string;
  /** Absent if the batch was lost before it told. */
  readonly observation?: Observation;
  /** What was seen before a pod that had no CPU made it ask again: no proof, but for a packet that had arrived. */
  readonly earlier?: Observation;
  /** The same address no longer belonged to the same pod after the run. */
  readonly movedAway?: boolean;
}

/** The settled outcome of a probe, from both sides. */
export interface Observation {
  readonly outcome: Outcome;
  readonly stable: boolean;
  /** Attempts of the last rounds that were compared for stability. */
  readonly attempts: readonly Attempt[];
  readonly history: readonly Transition[];
  /** The nonces of those attempts that the listener logged; empty for targets. */
  readonly seen: readonly Sighting[];
}

/** How a batch fared. */
export interface ProberRecord {
  readonly pod: string;
  readonly workload: string;
  readonly node: string;
  /** True if the end marker came and no line was missing. */
  readonly complete: boolean;
  /** Why not, in words. */
  readonly fault?: string;
  /** Pod's clock to orchestrator's clock, added to every time that the pod told. */
  readonly offsetMs: number;
  /** Kubelet's fetches of the control port: the pod's link carries packets both ways. */
  readonly kubeletAt: readonly number[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly settledAt: number;
  readonly rounds: number;
  readonly settled: boolean;
  readonly cpuMs: number;
  readonly maxRss: number;
  readonly slowed: { readonly starved: number; readonly slowNetwork: number };
  /** Did an address that nobody has (192.0.2.0/24, RFC 5737) answer? Then something answers for everyone. */
  readonly blackhole?: Outcome;
}

export interface ListenerRecord {
  readonly pod: string;
  readonly workload: string;
  readonly node: string;
  /** False if lines were missing or the log broke off before the last probe ended. */
  readonly complete: boolean;
  readonly fault?: string;
  readonly offsetMs: number;
  /** When each `protocol/port` was shown to answer. */
  readonly alive: Readonly<Record<string, readonly number[]>>;
  /** Delays of its event loop that were worth noting: `[when it ran again, milliseconds]`. */
  readonly lag: readonly (readonly [number, number])[];
  /** One so long may have missed something; absent in records of earlier versions. */
  readonly stallMs?: number;
  readonly kubeletAt: readonly number[];
}

/** A path or target reached by a pod that no policy of the scenario selects. */
export interface ControlRecord {
  /** Node of the control prober. */
  readonly fromNode: string;
  /** A node's control listener, or a target's endpoint. */
  readonly to:
    | { readonly kind: 'node'; readonly node: string }
    | { readonly kind: 'target'; readonly endpoint: string; readonly host: string };
  /** Outcome of each round: `[time, outcome]`. */
  readonly rounds: readonly (readonly [number, Outcome])[];
}
