/** Pairs of two runs, side by side. */
import {
  PAIR_CHANGES,
  type PairChange,
  type PairDiff,
  type PairSeen,
  type PairState,
} from '../model/diff.ts';
import type { RunResult } from '../model/result.ts';
import type { Expect } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { pairsOf as everyPair } from '../verdict/pairs.ts';

interface Pair {
  readonly source: string;
  readonly endpoint: string;
  readonly seen: PairSeen;
}

export interface Pairs {
  /** Those that changed. */
  readonly pairs: readonly PairDiff[];
  readonly same: number;
}

export function comparePairs(before: RunResult, after: RunResult): Pairs {
  const [earlier, later] = [pairsOf(before), pairsOf(after)];
  const kept = [...later].map(([key, pair]) => diffOf(pair, earlier.get(key)?.seen, pair.seen));
  const gone = [...earlier].filter(([key]) => !later.has(key));
  const all = [...kept, ...gone.map(([, pair]) => diffOf(pair, pair.seen, undefined))];
  const changed = all.filter((pair) => pair !== undefined);
  const order = (change: PairChange): number => PAIR_CHANGES.indexOf(change);
  return {
    pairs: changed.toSorted((a, b) => order(a.change) - order(b.change)),
    same: all.length - changed.length,
  };
}

/** By source and endpoint: addresses and pods are others in every run. */
function pairsOf({ verdicts, record }: RunResult): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const { probe, verdict } of everyPair({ verdicts, record })) {
    const { source, endpoint, expect } = probe;
    const key = JSON.stringify([source, endpoint]);
    const seen = seenOf(verdict, expect);
    const other = pairs.get(key)?.seen;
    pairs.set(key, { source, endpoint, seen: other === undefined ? seen : worse(other, seen) });
  }
  return pairs;
}

function seenOf(verdict: Verdict, expect: Expect): PairSeen {
  const { cause, because, diagnosis } = verdict;
  const seen = { state: stateOf(verdict), expect, verdict: verdict.verdict, cause, because };
  return diagnosis === undefined ? seen : { ...seen, diagnosis };
}

/** One packet that arrives is enough to be open, whether or not an answer came back. */
function stateOf(verdict: Verdict): PairState {
  if (verdict.verdict === 'inconclusive') return 'inconclusive';
  switch (verdict.cause) {
    case 'reached':
    case 'leak':
    case 'leak-one-way':
    case 'reply-lost':
    case 'wrong-status':
      return 'open';
    case 'dropped':
    case 'rejected':
    case 'blocked':
      return 'closed';
  }
}

const BADNESS = { open: 2, inconclusive: 1, closed: 0 } as const;

/** What is open at one address is open. */
function worse(a: PairSeen, b: PairSeen): PairSeen {
  return BADNESS[b.state] > BADNESS[a.state] ? b : a;
}

function diffOf(
  { source, endpoint }: Pair,
  before: PairSeen | undefined,
  after: PairSeen | undefined,
): PairDiff | undefined {
  const change = changeOf(before, after);
  if (change === undefined) return undefined;
  const isNew = change === 'opened' || change === 'found-open' || change === 'added';
  return {
    change,
    source,
    endpoint,
    ...(before && { before }),
    ...(after && { after }),
    violation: isNew && after?.state === 'open' && after.expect === 'deny',
  };
}

function changeOf(before: PairSeen | undefined, after: PairSeen | undefined): PairChange | undefined {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  if (before.state === after.state) return before.expect === after.expect ? undefined : 'expectation';
  switch (after.state) {
    case 'inconclusive':
      return 'went-inconclusive';
    case 'open':
      return before.state === 'closed' ? 'opened' : 'found-open';
    case 'closed':
      return before.state === 'open' ? 'closed' : 'found-closed';
  }
}
