/** What the stages that touch the cluster share in one run. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Emit } from '../model/events.ts';
import type { PodSettings } from '../model/scenario.ts';
import type { Owners } from './owners.ts';
import type { PodWatch } from './pod-watch.ts';
import type { UndoStack } from './undo.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Random lower-case letters and digits. */
export type RandomName = (length: number) => string;

export interface Context {
  readonly cluster: Cluster;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly randomName: RandomName;
  readonly agentSource: string;
  /** Who runs this, for the pods' annotations. */
  readonly operator: string;
  readonly runId: string;
  readonly controlPort: number;
  /** Time between two signs of life of an agent, milliseconds. */
  readonly beatMs: number;
  /** How late a listener's event loop may be without having missed anything, milliseconds. */
  readonly stallMs: number;
  readonly settings: PodSettings;
  readonly undo: UndoStack;
  readonly owners: Owners;
  readonly pods: PodWatch;
}
