/** How a comparison's changes read, in every format. Texts are raw, not escaped. */
import type { PairChange, PairDiff, PairSeen, PolicyDiff, RunDiff } from '../../model/diff.ts';
import { PAIR_CHANGES } from '../../model/diff.ts';
import { count, grouped } from '../text.ts';

export const CHANGE_WORDS: Readonly<Record<PairChange, string>> = {
  opened: 'newly open',
  'found-open': 'open, and inconclusive before',
  closed: 'newly closed',
  'found-closed': 'closed, and inconclusive before',
  'went-inconclusive': 'went inconclusive',
  added: 'not in the earlier run',
  removed: 'not in the later run',
  expectation: 'as before, but something else is expected',
};

export const POLICY_WORDS: Readonly<Record<PolicyDiff['change'], string>> = {
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  unknown: 'perhaps changed',
};

export interface ChangeGroup {
  readonly change: PairChange;
  readonly pairs: readonly PairDiff[];
}

export function changeGroups({ pairs }: RunDiff): ChangeGroup[] {
  return PAIR_CHANGES.map((change) => ({
    change,
    pairs: pairs.filter((pair) => pair.change === change),
  })).filter((group) => group.pairs.length > 0);
}

/** `closed (dropped), then open (leak), expected deny`. */
export function pairWords({ before, after, violation }: PairDiff): string {
  const states = [before, after].filter((seen) => seen !== undefined).map(seenWords);
  return `${states.join(', then ')}, ${expectWords(before, after)}${violation ? ': not as intended' : ''}`;
}

function seenWords({ state, cause }: PairSeen): string {
  return `${state} (${cause})`;
}

function expectWords(before: PairSeen | undefined, after: PairSeen | undefined): string {
  if (before === undefined || after === undefined || before.expect === after.expect) {
    return `expected ${(after ?? before)?.expect}`;
  }
  return `expected ${before.expect}, then ${after.expect}`;
}

/** Why the later run says so, where there is a later one. */
export function pairReason({ before, after }: PairDiff): string {
  const seen = after ?? before;
  if (seen?.diagnosis === undefined) return seen?.because ?? '';
  return `${seen.because}; ${seen.diagnosis.kind}: ${seen.diagnosis.because}`;
}

export function policyTitle({ kind, namespace, name }: PolicyDiff): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

export function diffLine({ summary, pairs }: RunDiff): string {
  const { changes, same, policies } = summary;
  const told = PAIR_CHANGES.filter((change) => changes[change] > 0).map(
    (change) => `${grouped(changes[change])} ${CHANGE_WORDS[change]}`,
  );
  const what = pairs.length === 0 ? 'no pair changed' : told.join('; ');
  const more = policies === 0 ? '' : `; ${count(policies, 'policy', 'policies')} changed`;
  return `${what}; ${grouped(same)} as before${more}`;
}

export function diffMeaning({ summary: { violations } }: RunDiff): string {
  return violations > 0
    ? `${count(violations, 'pair')} that must be closed ${violations === 1 ? 'is' : 'are'} open and ${violations === 1 ? 'was' : 'were'} not known to be`
    : 'nothing that must be closed is newly open';
}
