/** A comparison for pull request comments and job summaries. */
import type { PairDiff, RunDiff, RunName } from '../../model/diff.ts';
import { escapeMarkdown, markdownCode } from '../escape.ts';
import { count, grouped } from '../text.ts';
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

/** GitHub refuses a comment of more than 65,536 characters. */
const MOST_PAIRS = 40;

export function render(diff: RunDiff): string {
  const { summary, before, after, notes } = diff;
  const sections = [
    `### netproof diff: ${summary.violations > 0 ? 'WORSE' : 'not worse'}`,
    `${escapeMarkdown(diffLine(diff))}. Exit ${summary.exitCode}: ${escapeMarkdown(diffMeaning(diff))}.`,
    [runItem('Before', before), runItem('After', after)].join('\n'),
    ...notes.map((note) => `> ${escapeMarkdown(note)}`),
    ...changeGroups(diff).map(groupSection),
    ...(diff.policies.length > 0 ? [policySection(diff)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function runItem(title: string, { file, runId, startedAt, scenario, cluster }: RunName): string {
  const where = escapeMarkdown(`${scenario} on ${cluster}`);
  return `- ${title}: ${where}, run ${markdownCode(runId)} of ${new Date(startedAt).toISOString()}, ${markdownCode(file)}`;
}

function groupSection({ change, pairs }: ChangeGroup): string {
  const left = pairs.length - MOST_PAIRS;
  return section(`${CHANGE_WORDS[change]}`, count(pairs.length, 'pair'), [
    ...pairs.slice(0, MOST_PAIRS).map(pairItem),
    ...more(left),
  ]);
}

function pairItem(pair: PairDiff): string {
  const title = `${markdownCode(pair.source)} → ${markdownCode(pair.endpoint)}: ${escapeMarkdown(pairWords(pair))}`;
  return `- ${title}<br>${escapeMarkdown(pairReason(pair))}`;
}

function policySection({ policies }: RunDiff): string {
  const items = policies.slice(0, MOST_PAIRS).map((policy) => {
    const { change, because } = policy;
    return `- ${markdownCode(policyTitle(policy))} ${POLICY_WORDS[change]}: ${escapeMarkdown(because)}`;
  });
  const total = count(policies.length, 'policy', 'policies');
  return section('policies', total, [...items, ...more(policies.length - MOST_PAIRS)]);
}

function section(title: string, total: string, items: readonly string[]): string {
  const head = `<details><summary><b>${escapeMarkdown(title)}</b> (${total})</summary>`;
  return [head, '', ...items, '', '</details>'].join('\n');
}

function more(left: number): string[] {
  return left > 0 ? [`- and ${grouped(left)} more, see the JSON`] : [];
}
