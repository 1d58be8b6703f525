/** The one document that every report format renders. */
import type { Capabilities } from './capabilities.ts';
import type { Detection } from './detection.ts';
import type { ExitCode } from './errors.ts';
import type { MutationReport } from './mutation.ts';
import type { Coverage } from './prediction.ts';
import type { ClusterFacts, RunRecord } from './record.ts';
import type { Verdict } from './verdict.ts';

export interface RunResult {
  readonly apiVersion: 'netproof/v1';
  readonly kind: 'RunResult';
  readonly tool: { readonly name: 'netproof'; readonly version: string };
  readonly summary: Summary;
  /** Phase name and its wall time in milliseconds, in order. */
  readonly timings: readonly { readonly phase: Phase; readonly ms: number }[];
  /** What the run cost this process and the API server. */
  readonly resources: Resources;
  /** One per probe of the record, in the same order. */
  readonly verdicts: readonly Verdict[];
  readonly coverage: Coverage;
  /** Present if policies were dropped one by one to see who notices. */
  readonly mutation?: MutationReport;
  readonly record: RunRecord;
}

/** What `netproof preflight` found out. */
export interface PreflightResult {
  readonly apiVersion: 'netproof/v1';
  readonly kind: 'PreflightResult';
  readonly tool: RunResult['tool'];
  /** How many capabilities are what. */
  readonly summary: {
    readonly proven: number;
    readonly absent: number;
    readonly unknown: number;
    readonly exitCode: ExitCode;
  };
  readonly timings: RunResult['timings'];
  readonly record: {
    readonly runId: string;
    readonly startedAt: number;
    readonly endedAt: number;
    readonly cluster: ClusterFacts;
    readonly detection: Detection;
    readonly capabilities: Capabilities;
  };
}

export interface Resources {
  readonly cpuMs: number;
  /** Peak resident memory in bytes. */
  readonly maxRss: number;
  readonly api: { readonly requests: number; readonly bytesSent: number; readonly bytesReceived: number };
}

/** Counts of verdicts; one that stands for other pairs by class counts for each of them. */
export interface Summary {
  readonly total: number;
  /** Of the total, those that were probed themselves; absent: all. */
  readonly probed?: number;
  readonly pass: number;
  readonly fail: number;
  readonly inconclusive: number;
  readonly flaky: number;
  /** Longest time from a prober's first round to its picture's last change. */
  readonly settledMs: number;
  readonly exitCode: ExitCode;
}

export type Phase = 'resolve' | 'preflight' | 'deploy' | 'probe' | 'judge' | 'clean-up';
