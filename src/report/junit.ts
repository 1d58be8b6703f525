/**
 * JUnit XML: a suite per source, a case per probe. A failure is an expectation that does not hold, an error is a
 * fault of the instrument, skipped is inconclusive. CI systems paint skipped cases as harmless, so the last suite
 * says whether everything was decided, and is red when not: inconclusive must never look green.
 */
import type { RunResult } from '../model/result.ts';
import { escapeXml } from './escape.ts';
import {
  classWords,
  clientWords,
  controlWords,
  diagnosisWords,
  expectedWords,
  isTold,
  judged,
  type Judged,
  listenerWords,
  policyWords,
  probeNames,
} from './evidence.ts';
import { groupBy } from './group.ts';
import { capabilityLine, countLine, isToolFault, verdictTitle } from './words.ts';

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly state: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly detail: string;
  /** Passed, with something to tell all the same. */
  readonly isTold: boolean;
}

export function render(result: RunResult): string {
  const bySource = groupBy(judged(result), ({ probe }) => probe.source);
  const suites = [
    ...[...bySource].map(([source, probes]): Suite => ({
      name: `from ${source}`,
      cases: casesOf(probes),
    })),
    { name: 'netproof', cases: [decidedCase(result)] },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(result.record.scenario.name)}" ${counts(all)} time="${runSeconds(result)}">`,
    ...suites.flatMap((suite) => suiteLines(suite, result)),
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(probes: readonly Judged[]): Case[] {
  const names = probeNames(probes);
  return probes.map((each, i) => caseOf(each, names[i] ?? ''));
}

function caseOf(each: Judged, name: string): Case {
  const { probe, verdict } = each;
  const times = (probe.observation?.attempts ?? []).map(({ ms }) => ms);
  return {
    name,
    seconds: Math.max(0, ...times) / 1000,
    state: stateOf({ probe, verdict }),
    message: `${verdictTitle(verdict)}: ${verdict.cause}: ${verdict.because}`,
    detail: [
      expectedWords(probe),
      clientWords(probe),
      listenerWords(probe),
      controlWords(verdict.controls),
      ...[policyWords(probe), classWords(each)].filter((words) => words !== undefined),
      ...(verdict.diagnosis ? [diagnosisWords(each)] : []),
    ].join('\n'),
    isTold: isTold(verdict) || each.byClass !== undefined,
  };
}

function stateOf({ verdict }: Judged): Case['state'] {
  if (verdict.verdict === 'pass') return 'passed';
  if (verdict.verdict === 'fail') return 'failure';
  return isToolFault(verdict.cause) ? 'error' : 'skipped';
}

function decidedCase({ summary }: RunResult): Case {
  return {
    name: 'every expectation was decided',
    seconds: 0,
    state: summary.inconclusive > 0 ? 'error' : 'passed',
    message: `${summary.inconclusive} of ${summary.total} expectations are not proven either way`,
    detail: countLine(summary),
    isTold: false,
  };
}

function suiteLines({ name, cases }: Suite, result: RunResult): string[] {
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  const began = new Date(result.record.startedAt).toISOString().slice(0, 19);
  return [
    `  <testsuite name="${escapeXml(name)}" ${counts(cases)} time="${seconds.toFixed(3)}" timestamp="${began}">`,
    '    <properties>',
    ...properties(result).map(
      ([key, value]) => `      <property name="${escapeXml(key)}" value="${escapeXml(value)}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap((each) => caseLines(each, name)),
    '  </testsuite>',
  ];
}

function caseLines({ name, seconds, state, message, detail, isTold: told }: Case, suite: string): string[] {
  const open = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(suite)}" time="${seconds.toFixed(3)}"`;
  const body = detail.split('\n').map(escapeXml).join('\n');
  if (state === 'passed') {
    if (!told) return [`${open}/>`];
    return [`${open}>`, `      <system-out>${body}</system-out>`, '    </testcase>'];
  }
  return [
    `${open}>`,
    `      <${state} message="${escapeXml(message)}">${body}</${state}>`,
    '    </testcase>',
  ];
}

function properties({ record, tool }: RunResult): [string, string][] {
  return [
    ['netproof.version', tool.version],
    ['netproof.run', record.runId],
    ['scenario.file', record.scenario.file],
    ['scenario.sha256', record.scenario.digest],
    ['cluster.server', record.cluster.server],
    ['cluster.context', record.cluster.context],
    ['cluster.version', record.cluster.version],
    ['cluster.sandbox', String(record.cluster.sandbox)],
    ['cluster.enforcement', capabilityLine(record.capabilities)],
  ];
}

function counts(cases: readonly Case[]): string {
  const of = (state: Case['state']): number => cases.filter((each) => each.state === state).length;
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}

function runSeconds({ record }: RunResult): string {
  return ((record.endedAt - record.startedAt) / 1000).toFixed(3);
}
