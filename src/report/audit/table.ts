/** An audit for people at a terminal: the steps, then what was found, the most exposed first. */
import type { AuditResult, CheckReport, CheckResult, Finding, Severity } from '../../model/audit.ts';
import { visible } from '../escape.ts';
import { type Colors, lookOf, type Look } from '../marks.ts';
import type { RenderOptions } from '../render.ts';
import { alignColumns, count, padEnd, widthOf, wrap } from '../text.ts';
import {
  exceptionWords,
  exitWords,
  exposureWords,
  findingsOf,
  RESULT_WORDS,
  SEVERITY_WORDS,
  sourceWords,
  stepWords,
  summaryWords,
  whereWords,
} from './words.ts';

/** More than so many scroll away; the evidence folder has them all. */
const MOST_FINDINGS = 40;

export function render(result: AuditResult, options: RenderOptions): string {
  const look = lookOf(options);
  const lines = [
    ...alignColumns(head(result)),
    '',
    ...checkLines(result, look),
    ...findingLines(result, look),
    ...result.notes.flatMap((note) => wrapped(`note: ${visible(note)}`, look)),
    '',
    ...verdictLines(result, look),
  ];
  return `${lines.join('\n')}\n`;
}

function head(result: AuditResult): string[][] {
  const { sample, source, name, startedAt, operator } = result;
  return [
    ['audit', `${name}, ${startedAt}, by ${operator}, netproof ${result.tool.version}`],
    ['source', sourceWords(source)],
    [
      'sample',
      `${sample.namespaces.length} of ${count(sample.population, 'namespace')}, seed ${sample.seed}`,
    ],
  ].map((row) => row.map(visible));
}

const COLORS: Readonly<Record<CheckResult, (colors: Colors, text: string) => string>> = {
  pass: (colors, text) => colors.green(text),
  fail: (colors, text) => colors.bold(colors.red(text)),
  warn: (colors, text) => colors.yellow(text),
  'not-applicable': (colors, text) => colors.dim(text),
  inconclusive: (colors, text) => colors.bold(colors.yellow(text)),
};

/** The reason beside the check where the terminal has room for it, in as many lines as it takes. */
function checkLines(result: AuditResult, look: Look): string[] {
  const rows = alignColumns(result.checks.map((check) => [...checkCells(check, result, look), '']));
  const start = Math.max(...rows.map((row) => widthOf(row))) + 2;
  return rows.flatMap((row, index) => {
    const reason = wrap(visible(result.checks[index]?.because ?? ''), Math.max(30, look.width - start));
    return reason.map((line, i) => `${padEnd(i === 0 ? row : '', start)}${line}`);
  });
}

function checkCells(check: CheckReport, result: AuditResult, { colors }: Look): string[] {
  const mine = findingsOf(result, check);
  const open = mine.filter(
    ({ exception, severity }) => exception === undefined && severity !== 'note',
  ).length;
  return [
    stepWords(check.step),
    COLORS[check.result](colors, RESULT_WORDS[check.result]),
    check.id,
    open > 0 ? count(open, 'finding') : '',
  ];
}

function findingLines({ findings }: AuditResult, look: Look): string[] {
  const told = findings.filter(({ severity, exception }) => severity !== 'note' && exception === undefined);
  const rest = told.length - MOST_FINDINGS;
  return [
    ...(told.length > 0 ? [''] : []),
    ...told.slice(0, MOST_FINDINGS).flatMap((finding) => findingText(finding, look)),
    ...(rest > 0 ? [`and ${count(rest, 'more finding')}: see -o json or the evidence folder`] : []),
  ];
}

const RESULT_OF: Readonly<Record<Severity, CheckResult>> = {
  fail: 'fail',
  inconclusive: 'inconclusive',
  warn: 'warn',
  note: 'not-applicable',
};

function findingText(finding: Finding, look: Look): string[] {
  const word = COLORS[RESULT_OF[finding.severity]](look.colors, SEVERITY_WORDS[finding.severity]);
  const tags = [finding.rule, exposureWords(finding), whereWords(finding), exceptionWords(finding)];
  const second = tags.filter((tag) => tag !== '').map(visible);
  return [
    ...wrapped(`${word} ${visible(finding.message)}`, look),
    look.colors.dim(`     ${second.join(' · ')}`),
  ];
}

function wrapped(text: string, { width }: Look): string[] {
  return wrap(text, width - 5).map((line, index) => (index === 0 ? line : `     ${line}`));
}

function verdictLines(result: AuditResult, { colors, width }: Look): string[] {
  const { exitCode } = result.summary;
  const [word, color] =
    exitCode === 0
      ? ['PASSED', colors.green]
      : exitCode === 4
        ? ['INCONCLUSIVE', colors.yellow]
        : ['FAILED', colors.red];
  const ending = `exit ${exitCode}: ${exitWords(exitCode)}`;
  return wrap(`${colors.bold(color(word))}  ${summaryWords(result)}; ${ending}`, width);
}
