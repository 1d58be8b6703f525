/** The pure line of an audit: what is known → checks → findings, exceptions laid over them → one result. */
import type {
  AuditInputFile,
  AuditResult,
  AuditSummary,
  CheckReport,
  CheckResult,
  Finding,
  Severity,
} from '../model/audit.ts';
import { EXIT, type ExitCode } from '../model/errors.ts';
import { type Check, type CheckInput, findingOf, type Found, type Outcome } from './check.ts';
import { isUnenforced } from './checks/enforcement.ts';
import { examineExceptions, exceptions as exceptionsCheck } from './checks/exceptions.ts';
import { CHECKS } from './checks/index.ts';
import { complianceOf } from './compliance.ts';
import { isNamed } from './config/choose.ts';
import { applyExceptions, type Exceptions } from './exceptions.ts';
import { EXPOSURES } from './exposure.ts';
import { remedyFor } from './remedy/remedy.ts';

export interface AuditRequest {
  readonly input: CheckInput;
  readonly exceptions: Exceptions;
  /** Ids of checks that were asked to be left out. */
  readonly skip: ReadonlySet<string>;
  readonly version: string;
  readonly operator: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly inputs: readonly AuditInputFile[];
  readonly notes: readonly string[];
}

interface Examined {
  readonly check: Omit<Check, 'run'>;
  readonly outcome: Outcome;
}

/** Without effects: the same request gives the same result. */
export function audit(request: AuditRequest): AuditResult {
  const { input, exceptions } = request;
  const examined = CHECKS.map((check): Examined => ({ check, outcome: examine(check, request) }));
  const found = examined.flatMap(({ check, outcome }) => findingsOf(check, outcome, input));
  const today = isoOf(request.startedAt).slice(0, 10);
  const { findings: covered, uses } = applyExceptions(found, exceptions, today);
  const last: Examined = { check: exceptionsCheck, outcome: examineExceptions(uses) };
  const findings = ordered([...covered, ...findingsOf(last.check, last.outcome, input)]);
  const checks = [...examined, last].map((each) => reportOf(each, findings));
  return {
    apiVersion: 'netproof/v1',
    kind: 'AuditResult',
    tool: { name: 'netproof', version: request.version },
    name: input.config.name,
    startedAt: isoOf(request.startedAt),
    endedAt: isoOf(request.endedAt),
    operator: request.operator,
    source: input.snapshot.source,
    inputs: request.inputs,
    summary: summarise(checks, findings, input),
    checks,
    findings,
    sample: input.sample,
    truthTables: input.truthTables,
    exceptions: uses,
    compliance: complianceOf(checks),
    notes: [...request.notes, ...input.evaluator.world.notes],
  };
}

function examine(check: Check, { input, skip }: AuditRequest): Outcome {
  if (skip.has(check.id)) return { kind: 'not-applicable', because: 'left out on request (--skip)' };
  return check.run(input);
}

function findingsOf(check: Omit<Check, 'run'>, outcome: Outcome, input: CheckInput): Finding[] {
  if (outcome.kind !== 'examined') return [];
  return outcome.findings.map((found) => {
    const namespace = namespaceOf(found);
    const stake = namespace === undefined ? undefined : input.stakes.get(namespace);
    const system = namespace !== undefined && isNamed(namespace, input.config.system);
    const finding = findingOf(check, found, found.exposure ?? stake?.exposure ?? [], system);
    const remedy = remedyFor(finding);
    return remedy === undefined ? finding : { ...finding, remedy };
  });
}

/** An expectation's namespace is its scenario's name. */
function namespaceOf({ subject }: Found): string | undefined {
  switch (subject.kind) {
    case 'Namespace':
      return subject.name;
    case 'Expectation':
    case 'Connection':
    case 'Cluster':
      return undefined;
    default:
      return subject.namespace;
  }
}

const SEVERITIES: readonly Severity[] = ['fail', 'inconclusive', 'warn', 'note'];

/** What is covered by an exception comes last; among equals what is exposed most comes first. */
function ordered(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding): number[] => [
    finding.exception === undefined ? 0 : 1,
    SEVERITIES.indexOf(finding.severity),
    // The exposures as digits of a number: internet counts more than all the others together.
    -EXPOSURES.reduce((sum, each) => 2 * sum + (finding.exposure.includes(each) ? 1 : 0), 0),
    finding.system ? 1 : 0,
  ];
  const ranked = findings.map((finding) => ({ finding, rank: rank(finding) }));
  return ranked.toSorted((a, b) => compared(a.rank, b.rank)).map(({ finding }) => finding);
}

function compared(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function reportOf({ check, outcome }: Examined, findings: readonly Finding[]): CheckReport {
  const mine = findings.filter((finding) => finding.check === check.id);
  return {
    id: check.id,
    step: check.step,
    title: check.title,
    result: resultOf(outcome, mine),
    because: outcome.because,
    rules: check.rules,
    findings: mine.map(({ id }) => id),
    evidence: outcome.evidence ?? [],
  };
}

/** Decided here, once: a check only finds. What an exception covers is no longer counted. */
function resultOf({ kind }: Outcome, findings: readonly Finding[]): CheckResult {
  if (kind !== 'examined') return kind;
  const severities = new Set(
    findings.filter(({ exception }) => exception === undefined).map(({ severity }) => severity),
  );
  if (severities.has('fail')) return 'fail';
  if (severities.has('inconclusive')) return 'inconclusive';
  return severities.has('warn') ? 'warn' : 'pass';
}

function summarise(
  checks: readonly CheckReport[],
  findings: readonly Finding[],
  input: CheckInput,
): AuditSummary {
  const results = (wanted: CheckResult): number => checks.filter(({ result }) => result === wanted).length;
  const open = findings.filter(({ exception }) => exception === undefined);
  const severities = (wanted: Severity): number => open.filter(({ severity }) => severity === wanted).length;
  return {
    checks: {
      pass: results('pass'),
      fail: results('fail'),
      warn: results('warn'),
      'not-applicable': results('not-applicable'),
      inconclusive: results('inconclusive'),
    },
    findings: {
      fail: severities('fail'),
      inconclusive: severities('inconclusive'),
      warn: severities('warn'),
      note: severities('note'),
    },
    excepted: findings.length - open.length,
    exitCode: exitCode(checks, input),
  };
}

/** Where policies are not enforced, nothing else that they say counts. */
function exitCode(checks: readonly CheckReport[], input: CheckInput): ExitCode {
  const results = new Set(checks.map(({ result }) => result));
  const enforcement = checks.find(({ id }) => id === 'enforcement')?.result;
  if (enforcement === 'fail' && isUnenforced(input)) return EXIT.unenforced;
  if (results.has('fail')) return EXIT.failed;
  return results.has('inconclusive') || !results.has('pass') ? EXIT.inconclusive : EXIT.proven;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
