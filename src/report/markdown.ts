/** Markdown for pull request comments and job summaries: the truth table, then what is not as expected. */
import type { RunResult } from '../model/result.ts';
import { portKey } from '../model/scenario.ts';
import { classLines, coverageLines, diagnosisLine, mutationLines } from './comparison.ts';
import { enforcerLine } from './detection.ts';
import { escapeMarkdown, markdownCode } from './escape.ts';
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
import { type Column, drawableGrid, type Grid, type GridCell, MARKS } from './grid.ts';
import { cellText, SYMBOLS } from './marks.ts';
import { count, duration, grouped } from './text.ts';
import { capabilityLine, countLine, exitMeaning } from './words.ts';

/** GitHub refuses a comment of more than 65,536 characters: 400 cells and 20 findings per cause stay below. */
const MOST_CELLS = 400;
const MOST_FINDINGS = 20;

export function render(result: RunResult): string {
  const { summary, record } = result;
  const word = summary.exitCode === 0 ? 'proven' : summary.fail > 0 ? 'FAILED' : 'not proven';
  const took = duration(record.endedAt - record.startedAt);
  const sections = [
    `### netproof: ${escapeMarkdown(record.scenario.name)}: ${word}`,
    `${countLine(summary)}; took ${took}, settled after ${duration(summary.settledMs)}. Exit ${summary.exitCode}: ${exitMeaning(summary.exitCode)}.`,
    facts(result),
    ...tableSections(result),
    ...findingGroups(result).map(groupSection),
    ...comparisonSections(result),
    ...record.notes.map((note) => `> ${escapeMarkdown(note)}`),
  ];
  return `${sections.join('\n\n')}\n`;
}

function comparisonSections(result: RunResult): string[] {
  const why = diagnosisLine(result);
  const [classes, mutated] = [classLines(result), mutationLines(result)];
  return [
    ...(classes.length === 0 ? [] : [classes.map((line) => `- ${escapeMarkdown(line)}`).join('\n')]),
    ...(why === undefined ? [] : [`**Why:** ${escapeMarkdown(why)}.`]),
    ...(mutated.length === 0 ? [] : [mutated.map((line) => `- ${escapeMarkdown(line.trim())}`).join('\n')]),
    ...coverageLines(result).map((line) => `${escapeMarkdown(line)}.`),
  ];
}

function facts({ record, tool }: RunResult): string {
  const { cluster, scenario, capabilities, detection } = record;
  const where = cluster.sandbox ? "netproof's own sandbox, not a real cluster" : cluster.context;
  return [
    `- Scenario ${markdownCode(scenario.file)}, SHA-256 ${markdownCode(scenario.digest.slice(0, 12))}`,
    `- Cluster: ${escapeMarkdown(`${where}, ${cluster.server}, Kubernetes ${cluster.version}, ${count(cluster.nodes.length, 'node')}`)}`,
    ...(detection === undefined
      ? []
      : [`- Engine: ${escapeMarkdown(enforcerLine(detection))}, detected, not proven`]),
    `- Preflight: ${escapeMarkdown(capabilityLine(capabilities))}`,
    `- Run ${markdownCode(record.runId)}, netproof ${escapeMarkdown(tool.version)}`,
  ].join('\n');
}

function tableSections(result: RunResult): string[] {
  if (result.verdicts.length === 0) return ['The matrix is empty: nothing was asked.'];
  const drawable = drawableGrid(result, MOST_CELLS);
  if (!drawable)
    return [`The matrix has ${count(result.verdicts.length, 'probe')} and is too big to draw here.`];
  return [table(drawable), legend(drawable)];
}

function table({ sources, columns, cells }: Grid): string {
  const rows = [
    ['from', ...columns.map(columnHead)],
    ['---', ...columns.map(() => ':-:')],
    ...sources.map((source, i) => [markdownCode(source), ...(cells[i] ?? []).map(cell)]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function columnHead({ destination, port }: Column): string {
  return port ? `${markdownCode(destination)}<br>${portKey(port)}` : markdownCode(destination);
}

function cell(found: GridCell | undefined): string {
  if (!found) return '';
  const text = escapeMarkdown(cellText(found, true));
  return ['allowed', 'denied', 'mixed'].includes(found.mark) ? text : `**${text}**`;
}

function legend({ cells }: Grid): string {
  const shown = new Set(cells.flat().map((each) => each?.mark));
  const entries = MARKS.toReversed().filter((mark) => shown.has(mark));
  return entries.map((mark) => `${escapeMarkdown(SYMBOLS[mark].unicode)} ${SYMBOLS[mark].means}`).join(' · ');
}

function groupSection(group: FindingGroup): string {
  const left = group.findings.slice(MOST_FINDINGS).reduce((sum, { all }) => sum + all.length, 0);
  return [
    `<details><summary><b>${groupTitle(group)}</b> (${count(group.probes, 'probe')})</summary>`,
    '',
    ...group.findings.slice(0, MOST_FINDINGS).map(findingItem),
    ...(left > 0 ? [`- and ${grouped(left)} more, see the JSON result`] : []),
    '',
    '</details>',
  ].join('\n');
}

function findingItem(finding: Finding): string {
  const { probe, verdict } = finding.first;
  const pair = `${markdownCode(probe.source)} → ${markdownCode(probe.destination)} ${portsOf(finding)}`;
  const seen = [clientWords(probe), listenerWords(probe), controlWords(verdict.controls)].join('; ');
  const why = diagnosisWords(finding.first);
  const lines = [
    `${pair}: ${escapeMarkdown(`${expectedWords(probe)}${pairWords(finding)}`)}`,
    escapeMarkdown(verdict.because),
    ...(why === undefined ? [] : [escapeMarkdown(why)]),
    escapeMarkdown(seen),
  ];
  return `- ${lines.join('<br>')}`;
}
