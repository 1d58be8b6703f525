/** The policies that are about a pod, in the order in which they are asked. */
import type { Direction } from '../model/capabilities.ts';
import type { End } from './ends.ts';
import { touching } from './foreign.ts';
import { groupBy } from './group.ts';
import { NO, or } from './match.ts';
import type { Match } from './match.ts';
import { matchPods } from './peers.ts';
import type { Doubting } from './peers.ts';
import type { Doubt, PolicyRef, Tier } from './prediction.ts';
import { policyName } from './rules.ts';
import type { Policy, Rule } from './rules.ts';
import type { ForeignPolicy } from './world.ts';

export interface Profile {
  readonly admin: readonly Stage[];
  readonly own: Own;
  readonly baseline: readonly Stage[];
  /** Policies that are not evaluated, and may be about the pod too. */
  readonly foreign: readonly ForeignPolicy[];
  /** Why it is not sure which policies these are. */
  readonly doubts: readonly Doubt[];
}

/** Policies of one priority: which of them is asked first is not defined. */
export interface Stage {
  readonly policies: readonly Applying[];
  readonly tie: Doubt;
}

/** The NetworkPolicies of the pod's own namespace: a union. */
export interface Own {
  /** Whether any of them selects the pod in this direction. */
  readonly isolated: Match;
  readonly by: readonly PolicyRef[];
  readonly rules: readonly Rule[];
}

export interface Applying {
  readonly policy: PolicyRef;
  readonly priority: number;
  readonly selected: Match;
  readonly rules: readonly Rule[];
}

export type Profiler = (subject: End, direction: Direction) => Profile;

export function profiler(policies: readonly Policy[], foreign: readonly ForeignPolicy[]): Profiler {
  const byTier = groupBy(policies, ({ tier }) => tier);
  const admin = byTier.get('admin') ?? [];
  const baseline = byTier.get('baseline') ?? [];
  const byNamespace = groupBy(byTier.get('network-policy') ?? [], ({ ref }) => ref.namespace);
  return (subject, direction) => {
    const doubts: Doubt[] = [];
    const those = (some: readonly Policy[]) =>
      applying(some, subject, direction, (doubt) => doubts.push(doubt));
    return {
      admin: stagesOf(those(admin), 'admin'),
      own: ownOf(those(byNamespace.get(namespaceOf(subject)) ?? [])),
      baseline: stagesOf(those(baseline), 'baseline'),
      foreign: touching(foreign, subject),
      doubts,
    };
  };
}

function namespaceOf(end: End): string | undefined {
  switch (end.kind) {
    case 'pod':
      return end.pod.namespace;
    case 'node':
      return end.hosted?.pod.namespace;
    case 'outside':
      return undefined;
  }
}

function applying(
  policies: readonly Policy[],
  end: End,
  direction: Direction,
  doubting: Doubting,
): readonly Applying[] {
  return policies.flatMap(({ ref, priority, subject, rules: all }) => {
    const rules = all[direction];
    const selected = rules === undefined ? NO : matchPods(subject, end, doubting);
    return rules === undefined || selected === NO ? [] : [{ policy: ref, priority, selected, rules }];
  });
}

function ownOf(policies: readonly Applying[]): Own {
  return {
    isolated: policies.reduce<Match>((match, { selected }) => or(match, selected), NO),
    by: policies.map(({ policy }) => policy),
    rules: policies.flatMap(({ rules }) => rules),
  };
}

/** How the priorities of different kinds compare is not defined either, so those are one stage. */
function stagesOf(policies: readonly Applying[], tier: Tier): readonly Stage[] {
  const isMixed = new Set(policies.map(({ policy }) => policy.kind)).size > 1;
  const byPriority = groupBy(policies, ({ priority }) => (isMixed ? 0 : priority));
  return [...byPriority]
    .toSorted(([a], [b]) => a - b)
    .map(([, together]) => ({ policies: together, tie: tieOf(together, tier) }));
}

function tieOf(policies: readonly Applying[], tier: Tier): Doubt {
  const names = policies.map(({ policy }) => policyName(policy)).join(' and ');
  return { kind: 'priority-tie', text: `which of ${names} comes first in the ${tier} tier is not defined` };
}
