/** A comparison for people. */
import type { PairChange, PairDiff, RunDiff, RunName } from '../../model/diff.ts';
import { visible } from '../escape.ts';
import { type Look, lookOf } from '../marks.ts';
import type { RenderOptions } from '../render.ts';
import { count, grouped, padEnd, wrap } from '../text.ts';
import {
  CHANGE_WORDS,
  type ChangeGroup,
  changeGroups,
  diffLine,
  diffMeaning,
  pairReason,
  pairWords,
  policyTitle,
  POLICY_WORDS,
} from './words.ts';

/** Pairs told per change; the rest is counted. */
const MOST_PAIRS = 50;
const KEY_WIDTH = 8;

export function render(diff: RunDiff, options: RenderOptions): string {
  const look = lookOf(options);
  const sections = [
    [...runLines('before', diff.before, look), ...runLines('after', diff.after, look)],
    diff.notes.flatMap((note) => wrap(visible(`note: ${note}`), look.width)),
    ...changeGroups(diff).map((group) => groupLines(group, look)),
    policyLines(diff, look),
    summaryLines(diff, look),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function runLines(key: string, run: RunName, { width, colors }: Look): string[] {
  const { file, runId, startedAt, scenario, cluster } = run;
  const text = `${scenario}, run ${runId} of ${new Date(startedAt).toISOString()} on ${cluster} (${file})`;
  return wrap(visible(text), width - KEY_WIDTH).map(
    (line, index) => padEnd(index === 0 ? colors.dim(key) : '', KEY_WIDTH) + line,
  );
}

function groupLines({ change, pairs }: ChangeGroup, look: Look): string[] {
  const left = pairs.length - MOST_PAIRS;
  return [
    paint(change, `${CHANGE_WORDS[change].toUpperCase()} (${count(pairs.length, 'pair')})`, look),
    ...pairs.slice(0, MOST_PAIRS).flatMap((pair) => pairLines(pair, look)),
    ...(left > 0 ? [`  and ${grouped(left)} more, see -o json`] : []),
  ];
}

function pairLines(pair: PairDiff, look: Look): string[] {
  const title = `${pair.source} ${look.unicode ? '→' : '->'} ${pair.endpoint}  ${pairWords(pair)}`;
  return [
    ...indent(title, 2, look),
    ...indent(pairReason(pair), 4, look).map((line) => look.colors.dim(line)),
  ];
}

function policyLines({ policies }: RunDiff, look: Look): string[] {
  if (policies.length === 0) return [];
  const lines = policies.slice(0, MOST_PAIRS).flatMap((policy) => {
    const text = `${policyTitle(policy)}  ${POLICY_WORDS[policy.change]}: ${policy.because}`;
    return indent(text, 2, look);
  });
  const left = policies.length - MOST_PAIRS;
  return [
    look.colors.bold(`POLICIES (${policies.length})`),
    ...lines,
    ...(left > 0 ? [`  and ${grouped(left)} more, see -o json`] : []),
  ];
}

function summaryLines(diff: RunDiff, look: Look): string[] {
  const { violations, exitCode } = diff.summary;
  const { colors } = look;
  const word = violations > 0 ? colors.red('WORSE') : colors.green('NOT WORSE');
  return wrap(`${colors.bold(word)}  ${diffLine(diff)}; exit ${exitCode}: ${diffMeaning(diff)}`, look.width);
}

function indent(text: string, depth: number, { width }: Look): string[] {
  return wrap(visible(text), width - depth).map((line) => ' '.repeat(depth) + line);
}

function paint(change: PairChange, text: string, { colors }: Look): string {
  const isOpen = change === 'opened' || change === 'found-open';
  const color = isOpen ? colors.red : change === 'went-inconclusive' ? colors.yellow : (same: string) => same;
  return colors.bold(color(text));
}
