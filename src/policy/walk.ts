/**
 * One direction's way through the tiers: admin, NetworkPolicies, baseline, and open if nobody decides. Where a match
 * is unknown both ways are gone, so that a decision is certain exactly if every way ends the same.
 */
import { NO, YES, and, isLikely, isSure, or } from './match.ts';
import type { Match } from './match.ts';
import type { Doubt, Verdict } from './prediction.ts';
import type { Applying, Own, Profile, Stage } from './profile.ts';
import type { Rule } from './rules.ts';

export interface Outcome {
  /** The likeliest. */
  readonly verdict: Verdict;
  readonly certain: boolean;
  /** Who decides on the likeliest way: that admin rule, the NetworkPolicies together, or nobody. */
  readonly by: Rule | 'own' | 'nobody';
  /** Admin rules on that way that passed the decision on. */
  readonly passed: readonly Rule[];
  /** Ties on the way; whoever matches rules knows the other doubts. */
  readonly ties: readonly Doubt[];
}

/** What is asked of a connection on its way. */
export interface Asked {
  /** Whether the rule's peers and ports match. */
  readonly matches: (rule: Rule) => Match;
  /** Whether the other side is the pod's own node. */
  readonly ownNode: Match;
}

/** Sets of possible ends, as bits. */
const ALLOW = 1;
const DENY = 2;
/** To the next tier. */
const NEXT = 4;

/** A tier's, stage's or policy's answer. */
interface Answer {
  readonly possible: number;
  /** One of `possible`. */
  readonly likely: number;
  /** The admin rule that makes it likely. */
  readonly rule: Rule | undefined;
}

const PASSED_BY: Answer = { possible: NEXT, likely: NEXT, rule: undefined };

export function walk({ admin, own, baseline, foreign }: Profile, asked: Asked): Outcome {
  const ties: Doubt[] = [];
  const first = askTier(admin, asked, ties);
  const second = isOpen(first) ? join(first, askOwn(own, asked)) : first;
  const last = isOpen(second) ? join(second, askTier(baseline, asked, ties)) : second;
  // Where nobody decides, it is open.
  const possible = isOpen(last) ? (last.possible & ~NEXT) | ALLOW : last.possible;
  return {
    verdict: last.likely === DENY ? 'deny' : 'allow',
    certain: (possible === ALLOW || possible === DENY) && foreign.length === 0,
    by: last.likely === NEXT ? 'nobody' : (last.rule ?? 'own'),
    passed: first === PASSED_BY && last.rule === undefined ? NOBODY : passing(first, second, last),
    ties,
  };
}

function isOpen({ possible }: Answer): boolean {
  return (possible & NEXT) !== 0;
}

/** Of a tier that may pass the decision on and the next one. */
function join(before: Answer, after: Answer): Answer {
  const { likely, rule } = before.likely === NEXT ? after : before;
  return { possible: (before.possible & ~NEXT) | after.possible, likely, rule };
}

function passing(...answers: readonly Answer[]): readonly Rule[] {
  const rules = answers.map(({ likely, rule }) => (likely === NEXT ? rule : undefined));
  return [...new Set(rules)].filter((rule) => rule !== undefined);
}

const NOBODY: readonly Rule[] = [];

/** NetworkPolicies always decide for a pod that they isolate: any rule of any of them allows, or nothing does. */
function askOwn({ isolated, rules }: Own, { matches, ownNode }: Asked): Answer {
  if (isolated === NO) return PASSED_BY;
  let allowed = ownNode;
  for (const rule of rules) {
    if (allowed === YES) break;
    allowed = or(allowed, matches(rule));
  }
  const possible =
    (isSure(isolated) ? 0 : NEXT) | (allowed === NO ? 0 : ALLOW) | (allowed === YES ? 0 : DENY);
  const verdict = isLikely(allowed) ? ALLOW : DENY;
  return { possible, likely: isLikely(isolated) ? verdict : NEXT, rule: undefined };
}

/** From the lowest priority number up, until a stage decides surely. */
function askTier(stages: readonly Stage[], asked: Asked, ties: Doubt[]): Answer {
  if (stages.length === 0) return PASSED_BY;
  let possible = 0;
  let first: Answer | undefined;
  for (const stage of stages) {
    const answer = askStage(stage, asked, ties);
    possible |= answer.possible;
    if (answer.rule !== undefined) first ??= answer;
    if (!answer.open) return { ...(first ?? answer), possible };
  }
  return { ...(first ?? PASSED_BY), possible: possible | NEXT };
}

interface OpenAnswer extends Answer {
  /** Perhaps no rule matches, so that what comes next is asked. */
  readonly open: boolean;
}

/** Of the policies of one priority, any that matches may be the one that decides. */
function askStage({ policies, tie }: Stage, asked: Asked, ties: Doubt[]): OpenAnswer {
  const answers = policies.map((policy) => askPolicy(policy, asked)).filter((each) => each.possible !== 0);
  const possible = answers.reduce((all, answer) => all | answer.possible, 0);
  if (answers.some((answer) => answer.possible !== possible)) ties.push(tie);
  const likely = answers.find(({ rule }) => rule !== undefined);
  return {
    possible,
    likely: likely?.likely ?? NEXT,
    rule: likely?.rule,
    open: answers.every(({ open }) => open),
  };
}

/** The first rule that matches; where that is not sure, it or a later one. */
function askPolicy({ selected, rules }: Applying, { matches }: Asked): OpenAnswer {
  let possible = 0;
  let likely: Rule | undefined;
  let match: Match = NO;
  for (const rule of rules) {
    match = and(selected, matches(rule));
    if (match === NO) continue;
    possible |= endOf(rule);
    if (isLikely(match)) likely ??= rule;
    if (match === YES) break;
  }
  const open = match !== YES;
  return { possible, likely: likely === undefined ? NEXT : endOf(likely), rule: likely, open };
}

function endOf({ ref: { action } }: Rule): number {
  switch (action) {
    case 'allow':
      return ALLOW;
    case 'deny':
      return DENY;
    case 'pass':
      return NEXT;
  }
}
