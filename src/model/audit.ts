/** What an audit asks, finds and hands over. One document, from which every format is rendered. */
import type { ExitCode, Position } from './errors.ts';
import type { Expect } from './scenario.ts';

export type CheckResult = 'pass' | 'fail' | 'warn' | 'not-applicable' | 'inconclusive';

/** What a finding does to its check's result; a note does nothing. */
export type Severity = 'fail' | 'inconclusive' | 'warn' | 'note';

/** Why a finding matters more than others. */
export type Exposure = 'internet' | 'production' | 'data' | 'privileged';

/** Steps 1 to 8 of the control's testing procedure; `beyond` is what is asked on top of it. */
export type Step = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 'beyond';

export interface Subject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface Finding {
  /** The same in every audit of the same state: rule and subject. */
  readonly id: string;
  readonly check: string;
  /** What is wrong, as a rule's name, e.g. `namespace-without-policy`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One sentence. */
  readonly message: string;
  /** The line in a manifest, scenario, configuration or exceptions file that it is about. */
  readonly where?: Position;
  readonly exposure: readonly Exposure[];
  /** System namespaces are told apart. */
  readonly system: boolean;
  /** The approved exception that covers it: then it does nothing to the check's result. */
  readonly exception?: { readonly id: string; readonly owner: string; readonly expires: string };
  /** File in the evidence folder that would mend it; never applied by netproof. */
  readonly remedy?: string;
}

/** Facts under a check's result, as a table that every format can show. */
export interface Evidence {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface CheckReport {
  readonly id: string;
  readonly step: Step;
  readonly title: string;
  readonly result: CheckResult;
  /** One sentence: what the result rests on. */
  readonly because: string;
  /** What its findings can be, by rule. */
  readonly rules: Readonly<Record<string, string>>;
  /** Ids of findings, in their order. */
  readonly findings: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** A scenario's matrix: expected, predicted by the evaluator, and observed. */
export interface TruthTable {
  readonly name: string;
  readonly file: string;
  /** True if netproof made the scenario up from the sampled namespaces. */
  readonly generated: boolean;
  readonly sources: readonly string[];
  readonly endpoints: readonly string[];
  /** Of each workload. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Namespaces that exist only for a run, with policies of the scenario's own: nothing there is live. */
  readonly created: readonly string[];
  readonly cells: readonly TruthCell[];
}

export interface TruthCell {
  readonly source: string;
  readonly endpoint: string;
  readonly expect: Expect;
  readonly predicted?: Expect | 'uncertain';
  /** Which policies say so, or why it is uncertain; beside `predicted`. */
  readonly policies?: string;
  readonly observed?: {
    readonly verdict: 'pass' | 'fail' | 'inconclusive';
    readonly cause: string;
    /** What packets showed, and why it counts as it does. */
    readonly because: string;
  };
  /** Why it is expected, where the scenario says. */
  readonly reason?: string;
}

export interface SampledNamespace {
  readonly namespace: string;
  /** How it came into the sample. */
  readonly chosen: 'named' | 'labelled' | 'ranked' | 'random';
  readonly score: number;
  readonly exposure: readonly Exposure[];
  /** What the score rests on, e.g. `Service shop/web is a LoadBalancer`. */
  readonly reasons: readonly string[];
}

export interface Sample {
  readonly seed: string;
  readonly size: number;
  /** Namespaces that the sample was drawn from. */
  readonly population: number;
  readonly namespaces: readonly SampledNamespace[];
}

export type ExceptionState = 'used' | 'unused' | 'expired';

export interface ExceptionUse {
  readonly id: string;
  readonly what: string;
  readonly owner: string;
  readonly reason: string;
  readonly approvedBy: string;
  /** `2027-01-31`: the last day on which it holds, UTC. */
  readonly expires: string;
  readonly state: ExceptionState;
  /** Findings that it covers. */
  readonly findings: readonly string[];
  readonly where: Position;
}

export type AuditSource =
  | {
      readonly kind: 'cluster';
      readonly server: string;
      readonly context: string;
      readonly version: string;
      /** As whom the API server knows whoever ran it, where it tells. */
      readonly user?: string;
      /** True on netproof's own embedded cluster. */
      readonly sandbox: boolean;
    }
  | { readonly kind: 'manifests'; readonly folder: string; readonly files: number };

/** What a framework asks for, and what of that this audit's evidence gives. */
export interface RequirementReport {
  readonly framework: string;
  readonly requirement: string;
  readonly asks: string;
  readonly gives: string;
  readonly doesNotGive: string;
  readonly checks: readonly string[];
  /** Worst result among those checks. */
  readonly result: CheckResult;
}

export interface AuditSummary {
  readonly checks: Readonly<Record<CheckResult, number>>;
  /** Findings that no exception covers. */
  readonly findings: Readonly<Record<Severity, number>>;
  readonly excepted: number;
  readonly exitCode: ExitCode;
}

export interface AuditResult {
  readonly apiVersion: 'netproof/v1';
  readonly kind: 'AuditResult';
  readonly tool: { readonly name: 'netproof'; readonly version: string };
  readonly name: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Who ran it, e.g. `jane@bastion`. */
  readonly operator: string;
  readonly source: AuditSource;
  /** Every file that the audit was told to go by. */
  readonly inputs: readonly AuditInputFile[];
  readonly summary: AuditSummary;
  readonly checks: readonly CheckReport[];
  /** Failures first; among equals what is exposed to the internet, then production, comes first. */
  readonly findings: readonly Finding[];
  readonly sample: Sample;
  readonly truthTables: readonly TruthTable[];
  readonly exceptions: readonly ExceptionUse[];
  readonly compliance: readonly RequirementReport[];
  readonly notes: readonly string[];
}

export interface AuditInputFile {
  readonly role: 'configuration' | 'exceptions' | 'scenario' | 'git';
  readonly name: string;
  /** SHA-256 of its bytes, hex; of a repository the commit. */
  readonly digest: string;
}

/** `Namespace/shop`, `NetworkPolicy/shop/web`. */
export function subjectKey({ kind, namespace, name }: Subject): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}
