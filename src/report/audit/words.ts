/** How an audit's results are called in every format. */
import type {
  AuditResult,
  AuditSource,
  CheckReport,
  CheckResult,
  Finding,
  Severity,
  Step,
} from '../../model/audit.ts';
import type { ExitCode } from '../../model/errors.ts';
import { count } from '../text.ts';

export const RESULT_WORDS: Readonly<Record<CheckResult, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  warn: 'warn',
  'not-applicable': 'n/a',
  inconclusive: 'INCONCLUSIVE',
};

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
  warn: 'warn',
  note: 'note',
};

export function stepWords(step: Step): string {
  return step === 'beyond' ? 'beyond' : `step ${step}`;
}

export function sourceWords(source: AuditSource): string {
  if (source.kind === 'manifests') return `manifests in ${source.folder}, ${count(source.files, 'file')}`;
  const what = source.sandbox ? "netproof's own sandbox, not a real cluster" : source.context;
  const user = source.user === undefined ? '' : `, as ${source.user}`;
  return `${what}: ${source.server}, Kubernetes ${source.version}${user}`;
}

export function summaryWords({ summary }: AuditResult): string {
  const { checks, findings, excepted } = summary;
  return [
    `${checks.pass} pass, ${checks.fail} fail, ${checks.warn} warn, ${checks.inconclusive} inconclusive, ${checks['not-applicable']} not applicable`,
    `${count(findings.fail, 'failure')}, ${count(findings.inconclusive, 'open question')}, ${count(findings.warn, 'warning')}`,
    ...(excepted > 0 ? [`${excepted} covered by exceptions`] : []),
  ].join('; ');
}

export function exitWords(exitCode: ExitCode): string {
  switch (exitCode) {
    case 0:
      return 'no check failed and every one was decided';
    case 1:
      return 'at least one check failed';
    case 3:
      return 'the cluster does not enforce network policies';
    case 4:
      return 'nothing failed, but something is inconclusive';
    default:
      return 'the audit could not be completed';
  }
}

export function exposureWords({ exposure, system }: Pick<Finding, 'exposure' | 'system'>): string {
  return [...exposure, ...(system ? ['system'] : [])].join(', ');
}

export function whereWords({ where }: Pick<Finding, 'where'>): string {
  return where === undefined ? '' : `${where.file}:${where.line}:${where.column}`;
}

export function exceptionWords({ exception }: Pick<Finding, 'exception'>): string {
  return exception === undefined
    ? ''
    : `exception ${exception.id} of ${exception.owner} until ${exception.expires}`;
}

/** Findings of a check in their order. */
export function findingsOf({ findings }: AuditResult, { id }: CheckReport): readonly Finding[] {
  return findings.filter(({ check }) => check === id);
}
