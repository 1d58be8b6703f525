/** What changed between two runs: the document that every format of `netproof diff` renders. */
import type { ExitCode } from './errors.ts';
import type { Expect } from './scenario.ts';
import type { Cause, Diagnosis, VerdictKind } from './verdict.ts';

export interface RunDiff {
  readonly apiVersion: 'netproof/v1';
  readonly kind: 'RunDiff';
  readonly before: RunName;
  readonly after: RunName;
  readonly summary: DiffSummary;
  /** In the order of the changes, and within each of the later run. Pairs that are as before are only counted. */
  readonly pairs: readonly PairDiff[];
  readonly policies: readonly PolicyDiff[];
  /** What makes the two hard to compare, one sentence each. */
  readonly notes: readonly string[];
}

/** Which run it was. */
export interface RunName {
  readonly file: string;
  readonly runId: string;
  readonly startedAt: number;
  readonly scenario: string;
  readonly cluster: string;
}

/** In the order in which they matter. */
export const PAIR_CHANGES = [
  /** Was closed. */
  'opened',
  /** Nobody could tell before. */
  'found-open',
  /** Was open. */
  'closed',
  'found-closed',
  /** Could be told before, and can't now. */
  'went-inconclusive',
  /** Not in the earlier run. */
  'added',
  /** Not in the later run. */
  'removed',
  /** The same was seen, and something else is expected of it. */
  'expectation',
] as const;
export type PairChange = (typeof PAIR_CHANGES)[number];

/** What packets showed, whatever was expected. `open`: some packet arrived. */
export type PairState = 'open' | 'closed' | 'inconclusive';

export interface PairDiff {
  readonly change: PairChange;
  readonly source: string;
  readonly endpoint: string;
  readonly before?: PairSeen;
  readonly after?: PairSeen;
  /** Open now, not known to have been so before, and expected to be closed: the reason for exit code 1. */
  readonly violation: boolean;
}

/** A source and an endpoint in one run; of an endpoint's several addresses, the worst. */
export interface PairSeen {
  readonly state: PairState;
  readonly expect: Expect;
  readonly verdict: VerdictKind;
  readonly cause: Cause;
  readonly because: string;
  readonly diagnosis?: Diagnosis;
}

export interface PolicyDiff {
  readonly change: 'added' | 'removed' | 'changed' | 'unknown';
  /** `NetworkPolicy`; of another API with its group. */
  readonly kind: string;
  /** Empty for those of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  /** What the answer rests on, e.g. that it was created anew and its content not recorded. */
  readonly because: string;
}

export interface DiffSummary {
  readonly changes: Readonly<Record<PairChange, number>>;
  readonly same: number;
  readonly violations: number;
  readonly policies: number;
  readonly exitCode: ExitCode;
}
