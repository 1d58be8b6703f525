/**
 * TAP version 14: a test point per probe. Inconclusive is `not ok` with its cause in the diagnostics: consumers
 * count SKIP and TODO as passed, and what is not proven must not look green.
 */
import { dump } from 'js-yaml';
import type { RunResult } from '../model/result.ts';
import { coverageLines, diagnosisLine } from './comparison.ts';
import { visible } from './escape.ts';
import {
  classWords,
  clientWords,
  controlWords,
  expectedWords,
  isTold,
  judged,
  type Judged,
  listenerWords,
  policyWords,
  probeNames,
} from './evidence.ts';
import { countLine, exitMeaning } from './words.ts';

export function render(result: RunResult): string {
  const { record, summary } = result;
  const points = judged(result);
  const names = probeNames(points);
  const none = points.length === 0 ? ' # SKIP the matrix is empty' : '';
  return [
    'TAP version 14',
    `# ${visible(`${record.scenario.name} on ${record.cluster.context}, run ${record.runId}`)}`,
    `1..${points.length}${none}`,
    ...points.flatMap((point, i) => pointLines(point, `${i + 1} - ${description(names[i] ?? '')}`)),
    `# ${countLine(summary)}`,
    ...comparison(result),
    `# exit ${summary.exitCode}: ${exitMeaning(summary.exitCode)}`,
    '',
  ].join('\n');
}

function comparison(result: RunResult): string[] {
  const why = diagnosisLine(result);
  return [
    ...(why === undefined ? [] : [`# why: ${visible(why)}`]),
    ...coverageLines(result).map((line) => `# ${visible(line)}`),
  ];
}

function pointLines(judgedProbe: Judged, title: string): string[] {
  const { verdict } = judgedProbe;
  const byClass = classWords(judgedProbe);
  const note = byClass === undefined ? '' : ` (${description(byClass)})`;
  const point = `${verdict.verdict === 'pass' ? 'ok' : 'not ok'} ${title}${note}`;
  if (!isTold(verdict)) return [point];
  return [point, '  ---', ...diagnostics(judgedProbe).map((line) => `  ${line}`), '  ...'];
}

/** `#` would begin a directive, `\` an escape. */
function description(text: string): string {
  return visible(text).replace(/[\\#]/g, (character) => `\\${character}`);
}

function diagnostics(each: Judged): string[] {
  const { probe, verdict } = each;
  const policies = policyWords(probe);
  const { diagnosis } = verdict;
  const facts = {
    verdict: verdict.verdict,
    cause: verdict.cause,
    flaky: verdict.flaky,
    because: visible(verdict.because),
    expected: visible(expectedWords(probe)),
    client: visible(clientWords(probe)),
    listener: visible(listenerWords(probe)),
    controls: controlWords(verdict.controls),
    ...(policies === undefined ? {} : { policies: visible(policies) }),
    ...(diagnosis && { diagnosis: diagnosis.kind, why: visible(diagnosis.because) }),
  };
  return dump(facts, { lineWidth: -1 }).trimEnd().split('\n');
}
