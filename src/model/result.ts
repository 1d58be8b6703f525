/** The one document that every report format renders. */
import type { ExitCode } from './errors.ts';
import type { RunRecord } from './record.ts';
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
  readonly record: RunRecord;
}

export interface Resources {
  readonly cpuMs: number;
  /** Peak resident memory in bytes. */
  readonly maxRss: number;
  readonly api: { readonly requests: number; readonly bytesSent: number; readonly bytesReceived: number };
}

export interface Summary {
  readonly total: number;
  readonly pass: number;
  readonly fail: number;
  readonly inconclusive: number;
  readonly flaky: number;
  /** Longest time from a prober's first round to its picture's last change. */
  readonly settledMs: number;
  readonly exitCode: ExitCode;
}

export type Phase = 'resolve' | 'preflight' | 'deploy' | 'probe' | 'judge' | 'clean-up';
