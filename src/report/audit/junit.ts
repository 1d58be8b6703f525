/** An audit as JUnit XML: a suite per check, a case per finding, and a last case that is red while anything is open. */
import type { AuditResult, CheckReport, Finding } from '../../model/audit.ts';
import { escapeXml } from '../escape.ts';
import { exposureWords, findingsOf, stepWords, whereWords } from './words.ts';

interface Case {
  readonly name: string;
  readonly state: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly detail: string;
}

export function render(result: AuditResult): string {
  const suites = [
    ...result.checks.map((check) => ({
      name: `${stepWords(check.step)}: ${check.id}`,
      cases: casesOf(check, result),
    })),
    { name: 'netproof', cases: [decided(result)] },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = (Date.parse(result.endedAt) - Date.parse(result.startedAt)) / 1000;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(result.name)}" ${counts(all)} time="${seconds.toFixed(3)}">`,
    ...suites.flatMap(({ name, cases }) => suiteLines(name, cases, result)),
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(check: CheckReport, result: AuditResult): Case[] {
  const told = findingsOf(result, check).filter(({ severity }) => severity !== 'note');
  const whole: Case = {
    name: check.title,
    state: check.result === 'not-applicable' || check.result === 'inconclusive' ? 'skipped' : 'passed',
    message: check.because,
    detail: '',
  };
  return told.length === 0 ? [whole] : told.map(caseOf);
}

function caseOf(finding: Finding): Case {
  const { id, message, exception } = finding;
  const detail = [exposureWords(finding), whereWords(finding), finding.remedy ?? ''];
  return {
    name: id,
    state: exception === undefined ? stateOf(finding) : 'skipped',
    message: exception === undefined ? message : `approved exception ${exception.id}: ${message}`,
    detail: detail.filter((line) => line !== '').join('\n'),
  };
}

/** Warnings don't turn a build red; they are in the case's name all the same. */
function stateOf({ severity }: Finding): Case['state'] {
  switch (severity) {
    case 'fail':
      return 'failure';
    case 'inconclusive':
      return 'skipped';
    case 'warn':
    case 'note':
      return 'passed';
  }
}

/** CI systems paint skipped cases as harmless. */
function decided({ summary }: AuditResult): Case {
  const open = summary.checks.inconclusive;
  return {
    name: 'every check was decided',
    state: open > 0 ? 'error' : 'passed',
    message: `${open} checks are inconclusive`,
    detail: '',
  };
}

function suiteLines(name: string, cases: readonly Case[], { startedAt }: AuditResult): string[] {
  return [
    `  <testsuite name="${escapeXml(name)}" ${counts(cases)} time="0.000" timestamp="${startedAt.slice(0, 19)}">`,
    ...cases.flatMap((each) => caseLines(each, name)),
    '  </testsuite>',
  ];
}

function caseLines({ name, state, message, detail }: Case, suite: string): string[] {
  const open = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(suite)}" time="0.000"`;
  if (state === 'passed') return [`${open}/>`];
  const body = detail.split('\n').map(escapeXml).join('\n');
  return [
    `${open}>`,
    `      <${state} message="${escapeXml(message)}">${body}</${state}>`,
    '    </testcase>',
  ];
}

function counts(cases: readonly Case[]): string {
  const of = (state: Case['state']): number => cases.filter((each) => each.state === state).length;
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}
