/** What a check is: a pure function from what is known to what it found. One file each in checks/. */
import {
  type Evidence,
  type Exposure,
  type Finding,
  type Sample,
  type Severity,
  type Step,
  type Subject,
  subjectKey,
  type TruthTable,
} from '../model/audit.ts';
import type { Capabilities } from '../model/capabilities.ts';
import type { Detection } from '../model/detection.ts';
import type { Position } from '../model/errors.ts';
import type { RunResult } from '../model/result.ts';
import type { Evaluator } from '../policy/evaluator.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { AuditConfig } from './config/config.ts';
import type { Stake } from './exposure.ts';
import type { GitFacts } from './git/facts.ts';

export interface Check {
  /** In lower case with hyphens; named in results, exceptions and `--skip`. */
  readonly id: string;
  readonly step: Step;
  readonly title: string;
  /** Every rule that its findings can name, and what it means, for SARIF and the reference. */
  readonly rules: Readonly<Record<string, string>>;
  run(input: CheckInput): Outcome;
}

export interface CheckInput {
  readonly snapshot: Snapshot;
  readonly config: AuditConfig;
  readonly evaluator: Evaluator;
  readonly stakes: ReadonlyMap<string, Stake>;
  readonly sample: Sample;
  /** Expected and predicted; observed too where packets were sent. */
  readonly truthTables: readonly TruthTable[];
  /** Absent where nothing was sent. */
  readonly preflight?: { readonly capabilities: Capabilities; readonly detection?: Detection };
  /** Why there is no preflight though packets were allowed. */
  readonly preflightFault?: string;
  readonly runs: readonly RunResult[];
  /** Scenarios that could not be run. */
  readonly probeFaults: readonly { readonly scenario: string; readonly why: string }[];
  /** Absent where no repository was given. */
  readonly git?: GitFacts;
}

export type Outcome =
  | {
      readonly kind: 'examined';
      /** What was examined, in one sentence; what was found is told by the findings. */
      readonly because: string;
      readonly findings: readonly Found[];
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly kind: 'not-applicable' | 'inconclusive';
      readonly because: string;
      readonly evidence?: readonly Evidence[];
    };

/** A finding as its check has it; the rest is laid on by the audit. */
export interface Found {
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: Subject;
  readonly message: string;
  readonly where?: Position | undefined;
  /** Absent: its namespace's. */
  readonly exposure?: readonly Exposure[];
}

export function findingOf(
  check: Pick<Check, 'id'>,
  found: Found,
  exposure: readonly Exposure[],
  system: boolean,
): Finding {
  const { rule, severity, subject, message, where } = found;
  return {
    id: `${rule}:${subjectKey(subject)}`,
    check: check.id,
    rule,
    severity,
    subject,
    message,
    exposure,
    system,
    ...(where && { where }),
  };
}
