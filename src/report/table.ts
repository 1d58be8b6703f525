/** The report for people: header, truth table, what is not as expected with its evidence, one summary line. */
import type { RunResult } from '../model/result.ts';
import type { VerdictKind } from '../model/verdict.ts';
import { classLines, coverageLines, diagnosisLine, mutationLines } from './comparison.ts';
import { enforcerLine } from './detection.ts';
import { visible } from './escape.ts';
import {
  clientWords,
  controlWords,
  diagnosisWords,
  expectedWords,
  type Finding,
  type FindingGroup,
  findingGroups,
  groupTitle,
  listenerWords,
  pairWords,
  portsOf,
} from './evidence.ts';
import type { RenderOptions } from './render.ts';
import { type Look, lookOf } from './marks.ts';
import { matrixLines } from './matrix.ts';
import { count, duration, grouped, padEnd, wrap } from './text.ts';
import { capabilityLine, countLine, exitMeaning } from './words.ts';
import { wideLines } from './wide.ts';

/** Findings told in full per cause; the rest is counted. */
const MOST_FINDINGS = 20;

export function render(result: RunResult, options: RenderOptions): string {
  const look = lookOf(options);
  const sections = [
    headerLines(result, look),
    matrixLines(result, look),
    ...(options.wide ? wideLines(result, look) : []),
    ...findingGroups(result).map((group) => groupLines(group, look)),
    noteLines(result, look),
    comparisonLines(result, look),
    summaryLines(result, look),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The truth table and the summary alone. */
export function renderBrief(result: RunResult, options: RenderOptions): string {
  const look = lookOf(options);
  return `${[...matrixLines(result, look), '', ...summaryLines(result, look)].join('\n')}\n`;
}

const KEY_WIDTH = 11;

function headerLines({ record, tool }: RunResult, look: Look): string[] {
  const { cluster, scenario, capabilities, detection } = record;
  const nodes = count(cluster.nodes.length, 'node');
  const name = cluster.sandbox ? "netproof's own sandbox, not a real cluster" : cluster.context;
  const rows = [
    ['scenario', `${scenario.name} (${scenario.file})`],
    ['cluster', `${name}: ${cluster.server}, Kubernetes ${cluster.version}, ${nodes}`],
    ...(detection === undefined ? [] : [['engine', `${enforcerLine(detection)} (detected, not proven)`]]),
    ['preflight', capabilityLine(capabilities)],
    ['run', `${record.runId}, netproof ${tool.version}, ${new Date(record.startedAt).toISOString()}`],
  ];
  return rows.flatMap(([key = '', value = '']) =>
    wrap(visible(value), look.width - KEY_WIDTH).map(
      (line, i) => padEnd(i === 0 ? look.colors.dim(key) : '', KEY_WIDTH) + line,
    ),
  );
}

function groupLines(group: FindingGroup, look: Look): string[] {
  const shown = group.findings.slice(0, MOST_FINDINGS);
  const rest = group.findings.slice(MOST_FINDINGS);
  const first = group.findings[0]?.first;
  if (!first) return [];
  const heading = `${groupTitle(group)} (${count(group.probes, 'probe')})`;
  const left = rest.reduce((sum, { all }) => sum + all.length, 0);
  return [
    ...wrap(heading, look.width).map((line) => paint(first.verdict.verdict, line, look)),
    ...shown.flatMap((finding) => findingLines(finding, look)),
    ...(rest.length > 0 ? [`  and ${grouped(left)} more, see -o json`] : []),
  ];
}

function findingLines(finding: Finding, look: Look): string[] {
  const { probe, verdict } = finding.first;
  const arrow = look.unicode ? '→' : '->';
  const title = `${probe.source} ${arrow} ${probe.destination} ${portsOf(finding)}`;
  const example = finding.all.length > 1 ? `e.g. ${probe.host}:${probe.port.port}: ` : '';
  const seen = [clientWords(probe), listenerWords(probe), controlWords(verdict.controls)].join('; ');
  const why = diagnosisWords(finding.first);
  return [
    ...indent(`${title}  ${expectedWords(probe)}${pairWords(finding)}`, 2, look).map((line, i) =>
      i === 0 ? look.colors.bold(line) : line,
    ),
    ...indent(`${example}${verdict.because}`, 4, look),
    ...(why === undefined ? [] : indent(why, 4, look)),
    ...indent(seen, 4, look).map((line) => look.colors.dim(line)),
  ];
}

function indent(text: string, depth: number, look: Look): string[] {
  return wrap(ascii(visible(text), look), look.width - depth).map((line) => ' '.repeat(depth) + line);
}

/** Our own words use a few signs that need UTF-8. */
function ascii(text: string, look: Look): string {
  return look.unicode ? text : text.replaceAll('×', 'x').replaceAll('…', '...');
}

function noteLines({ record }: RunResult, look: Look): string[] {
  return record.notes.flatMap((note) => wrap(visible(`note: ${note}`), look.width));
}

function comparisonLines(result: RunResult, look: Look): string[] {
  const why = diagnosisLine(result);
  const rows = [
    ...classLines(result),
    ...(why === undefined ? [] : [`why: ${why}`]),
    ...coverageLines(result),
    ...mutationLines(result),
  ];
  return rows.flatMap((row) => wrap(visible(row), look.width));
}

const SUMMARY_WORDS = { pass: 'PROVEN', fail: 'FAILED', inconclusive: 'NOT PROVEN' } as const;

function summaryLines({ summary, record }: RunResult, look: Look): string[] {
  const took = duration(record.endedAt - record.startedAt);
  const kind: VerdictKind = summary.exitCode === 0 ? 'pass' : summary.fail > 0 ? 'fail' : 'inconclusive';
  const word = summary.total === 0 ? 'NOTHING ASKED' : SUMMARY_WORDS[kind];
  const counts = `${countLine(summary)}, in ${took}, settled in ${duration(summary.settledMs)}`;
  const ending = `exit ${summary.exitCode}: ${exitMeaning(summary.exitCode)}`;
  return wrap(`${paint(kind, word, look)}  ${counts}; ${ending}`, look.width);
}

function paint(kind: VerdictKind, text: string, { colors }: Look): string {
  const color = { pass: colors.green, fail: colors.red, inconclusive: colors.yellow }[kind];
  return colors.bold(color(text));
}
