/** One direction's decision, with every reason. */
import type { Direction } from '../model/capabilities.ts';
import { matchOwnNode, matchPeers, matchRule } from './connection.ts';
import type { Side } from './connection.ts';
import type { End } from './ends.ts';
import { foreignDoubt } from './foreign.ts';
import { NO, isLikely } from './match.ts';
import type { Match } from './match.ts';
import { matchPeer } from './peers.ts';
import { matchPort, matchPorts } from './ports.ts';
import type { Because, Decision, Doubt, RuleHit, RuleMiss } from './prediction.ts';
import type { Profile } from './profile.ts';
import type { Rule } from './rules.ts';
import { walk } from './walk.ts';
import type { Outcome } from './walk.ts';

export interface Decided {
  readonly decision: Decision;
  /** Empty if the decision is certain; one may come more than once. */
  readonly doubts: readonly Doubt[];
}

export function decideDirection(direction: Direction, side: Side, profile: Profile): Decided {
  const doubts: Doubt[] = [...profile.doubts];
  const doubting = (doubt: Doubt) => void doubts.push(doubt);
  const outcome = walk(profile, {
    matches: (rule) => matchRule(rule, side, doubting),
    ownNode: matchOwnNode(side, doubting),
  });
  // Nobody knows which pod it will be.
  const isUnknownPod = side.subject.kind === 'outside' && side.subject.service !== undefined;
  const certain = outcome.certain && !isUnknownPod;
  const all = [...profile.foreign.map(foreignDoubt), ...outcome.ties, ...serviceDoubts(side.to), ...doubts];
  return {
    decision: {
      direction,
      verdict: outcome.verdict,
      certain,
      because: becauseOf(outcome, side, profile),
      passed: outcome.passed.map((rule) => hitOf(rule, side)),
    },
    doubts: certain ? [] : all,
  };
}

/** A pod can't be kept from itself, whatever policies of any kind say. */
export function itself(direction: Direction): Decision {
  return { direction, verdict: 'allow', certain: true, because: { kind: 'itself' }, passed: [] };
}

function becauseOf({ by, verdict }: Outcome, side: Side, { own }: Profile): Because {
  if (by !== 'own') {
    if (by !== 'nobody') return { kind: 'admin-rule', hit: hitOf(by, side) };
    const isPod = side.subject.kind === 'pod' || (side.subject.kind === 'node' && side.subject.hosted);
    return { kind: isPod ? 'not-isolated' : 'no-pod' };
  }
  if (verdict === 'deny') return { kind: 'default-deny', isolatedBy: own.by };
  const hits = own.rules
    .filter((rule) => isLikely(matchRule(rule, side, ignore)))
    .map((rule) => hitOf(rule, side));
  return hits.length > 0
    ? { kind: 'allowed', hits, isolatedBy: own.by }
    : { kind: 'own-node', isolatedBy: own.by };
}

/** What the isolating NetworkPolicies do allow, each with whether its peers and its ports would fit. */
export function missesOf({ peer, to, wanted }: Side, { own }: Profile): readonly RuleMiss[] {
  return own.rules.map(({ ref, peers, ports }) => ({
    rule: ref,
    peers: isLikely(matchPeers(peers, peer, ignore)),
    ports: isLikely(matchPorts(ports, wanted, to, ignore)),
  }));
}

function hitOf({ ref, peers, ports }: Rule, { peer, to, wanted }: Side): RuleHit {
  return {
    rule: ref,
    ...(peers === 'all' ? {} : best('peer', peers, (each) => matchPeer(each, peer, ignore))),
    ...(ports === 'all' ? {} : best('port', ports, (each) => matchPort(each, wanted, to, ignore))),
  };
}

/** The place of the item that matches best, under that name. */
function best<Name extends string, Item>(
  name: Name,
  items: readonly Item[],
  match: (item: Item) => Match,
): { readonly [K in Name]?: number } {
  const matches = items.map(match);
  const most = Math.max(...matches);
  return (most === NO ? {} : { [name]: matches.indexOf(most as Match) }) as { [K in Name]?: number };
}

function serviceDoubts(to: End): readonly Doubt[] {
  if (to.kind !== 'outside' || to.service === undefined) return [];
  const { namespace, name } = to.service;
  const text = `${namespace}/${name} is a Service: policies may see its address or the pods behind it`;
  return [{ kind: 'service-address', text }];
}

function ignore(): void {}
