/**
 * An audit as one page that needs nothing else: no network, no font, no picture. A content security policy allows
 * only the page's own style and script, by their hashes; every name from the cluster is escaped.
 */
import { createHash } from 'node:crypto';
import type { AuditResult, CheckReport, Evidence, Finding, RequirementReport } from '../../model/audit.ts';
import { escapeXml } from '../escape.ts';
import { count } from '../text.ts';
import { heatMaps } from './heat-map.ts';
import { SCRIPT } from './page-script.ts';
import { STYLE } from './page-style.ts';
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

/** A page of more rows is slow to open; the JSON result has them all. */
const MOST_FINDINGS = 5000;
const MOST_ROWS = 1000;

export function* render(result: AuditResult): Generator<string> {
  yield* head(result);
  yield summary(result);
  yield steps(result.checks);
  yield* findings(result.findings);
  yield* heatMaps(result.truthTables);
  yield '<section><h2>Evidence</h2>\n';
  for (const { id, evidence } of result.checks) {
    for (const table of evidence) yield evidenceTable(id, table);
  }
  yield '</section>\n';
  yield compliance(result.compliance);
  yield `<script>${SCRIPT}</script>\n</body></html>\n`;
}

function* head({ name }: AuditResult): Generator<string> {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    `script-src '${hashOf(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n';
  yield '<meta name="referrer" content="no-referrer">\n';
  yield `<title>${escapeXml(`netproof audit: ${name}`)}</title>\n<style>${STYLE}</style></head>\n<body>\n`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function summary(result: AuditResult): string {
  const { exitCode } = result.summary;
  const mood = exitCode === 0 ? 'pass' : exitCode === 4 ? 'inconclusive' : 'fail';
  const rows: (readonly [string, string])[] = [
    ['Source', sourceWords(result.source)],
    ['Time (UTC)', `${result.startedAt} to ${result.endedAt}`],
    ['By', `${result.operator}, netproof ${result.tool.version}`],
    [
      'Sample',
      `${result.sample.namespaces.length} of ${count(result.sample.population, 'namespace')}, seed ${result.sample.seed}`,
    ],
    ...result.inputs.map(({ role, name, digest }) => [role, `${name} (${digest.slice(0, 16)})`] as const),
    ...result.notes.map((note) => ['Note', note] as const),
  ];
  return `<header><h1>Audit of network policies: ${escapeXml(result.name)}</h1>
<p class="verdict ${mood}">${escapeXml(`Exit ${exitCode}: ${exitWords(exitCode)}`)}</p>
<p>${escapeXml(summaryWords(result))}</p>
<dl>${rows.map(([term, text]) => `<dt>${escapeXml(term)}</dt><dd>${escapeXml(text)}</dd>`).join('')}</dl></header>
`;
}

function steps(checks: readonly CheckReport[]): string {
  const rows = checks.map(
    ({ id, step, result, title, because, findings: mine }) =>
      `<tr><td>${escapeXml(stepWords(step))}</td><td><span class="badge ${result}">${RESULT_WORDS[result]}</span></td>` +
      `<td>${escapeXml(title)}<br><code>${escapeXml(id)}</code></td><td>${escapeXml(because)}</td><td class="n">${mine.length}</td></tr>`,
  );
  return `<section><h2>Steps</h2><table><thead><tr><th>Step</th><th>Result</th><th>Check</th><th>Because</th><th>Findings</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>
`;
}

function* findings(list: readonly Finding[]): Generator<string> {
  yield `<section><h2>Findings</h2>
<form class="filters" id="finding-filters">
<label>Severity <select name="severity"><option value="">all</option><option value="fail">FAIL</option><option value="inconclusive">INCONCLUSIVE</option><option value="warn">warn</option><option value="note">note</option></select></label>
<label>Exposure <select name="exposure"><option value="">all</option><option>internet</option><option>production</option><option>data</option><option>privileged</option></select></label>
<label>Text <input name="text" type="search" autocomplete="off"></label>
<label><input name="excepted" type="checkbox" checked> with exceptions</label>
<output id="finding-count"></output></form>
<table id="findings"><thead><tr><th>Severity</th><th>Rule</th><th>Finding</th><th>Exposure</th><th>Where</th><th>Exception, remedy</th></tr></thead><tbody>
`;
  for (const finding of list.slice(0, MOST_FINDINGS)) yield findingRow(finding);
  const rest = list.length - MOST_FINDINGS;
  yield `</tbody></table>${rest > 0 ? `<p>and ${count(rest, 'more')}: see result.json</p>` : ''}</section>\n`;
}

function findingRow(finding: Finding): string {
  const { severity, rule, message, exposure, exception, remedy } = finding;
  const last = [exceptionWords(finding), remedy ?? ''].filter((text) => text !== '').join('; ');
  return (
    `<tr data-severity="${severity}" data-exposure="${exposure.join(' ')}" data-excepted="${exception === undefined ? 'no' : 'yes'}">` +
    `<td><span class="badge ${severity}">${SEVERITY_WORDS[severity]}</span></td><td><code>${escapeXml(rule)}</code></td>` +
    `<td>${escapeXml(message)}</td><td>${escapeXml(exposureWords(finding))}</td>` +
    `<td>${escapeXml(whereWords(finding))}</td><td>${escapeXml(last)}</td></tr>\n`
  );
}

function evidenceTable(check: string, { title, columns, rows }: Evidence): string {
  const rest = rows.length - MOST_ROWS;
  const body = rows
    .slice(0, MOST_ROWS)
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`);
  const head = `<h3>${escapeXml(title)} <code>${escapeXml(check)}</code></h3>`;
  if (rows.length === 0) return `${head}\n<p>None.</p>\n`;
  return `${head}
<table><thead><tr>${columns.map((column) => `<th>${escapeXml(column)}</th>`).join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody></table>
${rest > 0 ? `<p>and ${count(rest, 'more row')}: see result.json</p>` : ''}
`;
}

function compliance(list: readonly RequirementReport[]): string {
  const rows = list.map(
    ({ framework, requirement, asks, gives, doesNotGive, result }) =>
      `<tr><td>${escapeXml(framework)}<br>${escapeXml(requirement)}</td>` +
      `<td><span class="badge ${result}">${RESULT_WORDS[result]}</span></td>` +
      `<td>${escapeXml(asks)}</td><td>${escapeXml(gives)}</td><td>${escapeXml(doesNotGive)}</td></tr>`,
  );
  return `<section><h2>What it is evidence for</h2><p>Evidence for a tester, not a penetration test.</p>
<table><thead><tr><th>Requirement</th><th>Its checks</th><th>What it asks</th><th>What this gives</th><th>What it does not</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>
`;
}
