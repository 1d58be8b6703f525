/** One direction's decision → the policies and rules behind it, with what they say. */
import type { Decision, PolicyRef, RuleHit, RuleMiss, RuleRef } from '../policy/prediction.ts';
import { policyName } from '../policy/rules.ts';
import type { Mention, Reason } from './explanation.ts';
import { ruleWords, subjectWords } from './rule-words.ts';
import type { Sources } from './sources.ts';

/** @param misses what the isolating policies allow instead, for a default deny */
export function reasonOf(decision: Decision, misses: () => readonly RuleMiss[], sources: Sources): Reason {
  const { direction, verdict, certain, because, passed } = decision;
  return {
    direction,
    verdict,
    certain,
    because: because.kind,
    mentions: [
      ...passed.map((hit) => ruleMention('passes', hit.rule, sources)),
      ...mentionsOf(decision, misses, sources),
    ],
  };
}

function mentionsOf(
  { because }: Decision,
  misses: () => readonly RuleMiss[],
  sources: Sources,
): readonly Mention[] {
  switch (because.kind) {
    case 'no-pod':
    case 'itself':
    case 'not-isolated':
      return [];
    case 'own-node':
      return because.isolatedBy.map((policy) => isolating(policy, sources));
    case 'admin-rule':
      return [adminMention(because.hit, sources)];
    case 'allowed':
      return because.hits.map(({ rule }) => ruleMention('allows', rule, sources));
    case 'default-deny':
      return [
        ...because.isolatedBy.map((policy) => isolating(policy, sources)),
        ...misses().map((miss) => missMention(miss, sources)),
      ];
  }
}

function isolating(policy: PolicyRef, sources: Sources): Mention {
  const manifest = sources.manifest(policy);
  const where = sources.policyAt(policy);
  return {
    role: 'isolates',
    policy: policyName(policy),
    ...(manifest && { says: `selects ${subjectWords(manifest)}` }),
    ...(where && { where }),
  };
}

function adminMention({ rule }: RuleHit, sources: Sources): Mention {
  return ruleMention(rule.action === 'deny' ? 'denies' : 'allows', rule, sources);
}

function ruleMention(role: Mention['role'], rule: RuleRef, sources: Sources): Mention {
  const says = saying(rule, sources);
  const where = sources.ruleAt(rule);
  return {
    role,
    policy: policyName(rule.policy),
    rule: `${rule.direction}[${rule.index}]`,
    ...(says !== undefined && { says }),
    ...(where && { where }),
  };
}

function missMention({ rule, peers, ports }: RuleMiss, sources: Sources): Mention {
  const differs = peers ? 'ports' : ports ? 'peers' : 'peers and ports';
  return { ...ruleMention('does-not-match', rule, sources), differs };
}

function saying(rule: RuleRef, sources: Sources): string | undefined {
  const manifest = sources.manifest(rule.policy);
  if (manifest !== undefined) return ruleWords(manifest, rule.direction, rule.index);
  const parts = [
    ...(rule.name === undefined ? [] : [`rule "${rule.name}"`]),
    `${rule.tier} tier`,
    ...(rule.priority === undefined ? [] : [`priority ${rule.priority}`]),
  ];
  return parts.join(', ');
}
