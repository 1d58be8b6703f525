/** An audit as Markdown, for tickets and pull requests. */
import type { AuditResult, Evidence, Finding } from '../../model/audit.ts';
import { escapeMarkdown, markdownCode } from '../escape.ts';
import { count } from '../text.ts';
import {
  exceptionWords,
  exitWords,
  exposureWords,
  RESULT_WORDS,
  SEVERITY_WORDS,
  sourceWords,
  stepWords,
  summaryWords,
  whereWords,
} from './words.ts';

const MOST_FINDINGS = 200;
const MOST_ROWS = 50;

export function render(result: AuditResult): string {
  const sections = [
    `# Audit of network policies: ${escapeMarkdown(result.name)}`,
    `${summaryWords(result)}. Exit ${result.summary.exitCode}: ${exitWords(result.summary.exitCode)}.`,
    facts(result),
    '## Steps',
    table(
      ['Step', 'Result', 'Check', 'Because'],
      result.checks.map(({ step, result: outcome, title, because }) => [
        stepWords(step),
        RESULT_WORDS[outcome],
        title,
        because,
      ]),
    ),
    '## Findings',
    findings(result.findings),
    '## Evidence',
    ...result.checks.flatMap(({ evidence }) => evidence.flatMap(evidenceSection)),
    '## What it is evidence for',
    'Evidence for a tester, not a penetration test.',
    table(
      [
        'Framework',
        'Requirement',
        'Result of its checks',
        'What it asks',
        'What this gives',
        'What it does not',
      ],
      result.compliance.map((each) => [
        each.framework,
        each.requirement,
        RESULT_WORDS[each.result],
        each.asks,
        each.gives,
        each.doesNotGive,
      ]),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

function facts({ source, startedAt, endedAt, operator, tool, sample, inputs }: AuditResult): string {
  return [
    `- Source: ${escapeMarkdown(sourceWords(source))}`,
    `- From ${startedAt} to ${endedAt} (UTC), by ${escapeMarkdown(operator)}, netproof ${escapeMarkdown(tool.version)}`,
    `- Sample: ${sample.namespaces.length} of ${count(sample.population, 'namespace')}, seed ${markdownCode(sample.seed)}`,
    ...inputs.map(
      ({ role, name, digest }) => `- ${role}: ${markdownCode(name)}, ${markdownCode(digest.slice(0, 16))}`,
    ),
  ].join('\n');
}

function findings(list: readonly Finding[]): string {
  if (list.length === 0) return 'None.';
  const rest = list.length - MOST_FINDINGS;
  const rows = list
    .slice(0, MOST_FINDINGS)
    .map((finding) => [
      SEVERITY_WORDS[finding.severity],
      finding.rule,
      finding.message,
      exposureWords(finding),
      whereWords(finding),
      exceptionWords(finding),
    ]);
  const shown = table(['', 'Rule', 'Finding', 'Exposure', 'Where', 'Exception'], rows);
  return rest > 0 ? `${shown}\n\nand ${count(rest, 'more')}: see result.json` : shown;
}

function evidenceSection({ title, columns, rows }: Evidence): string[] {
  const rest = rows.length - MOST_ROWS;
  const shown = rows.length === 0 ? 'Nothing.' : table(columns, rows.slice(0, MOST_ROWS));
  return [
    `### ${escapeMarkdown(title)}`,
    shown,
    ...(rest > 0 ? [`and ${count(rest, 'more row')}: see result.json`] : []),
  ];
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(columns), `| ${columns.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}
