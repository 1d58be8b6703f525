/** A connection seen from one of its ends. */
import type { End, NodeEnd } from './ends.ts';
import { NO, PROBABLY, PROBABLY_NOT, YES, and, or, unsure } from './match.ts';
import type { Match } from './match.ts';
import { hostDoubt, matchPeer, nameOf } from './peers.ts';
import type { Doubting } from './peers.ts';
import { matchPorts } from './ports.ts';
import type { Wanted } from './ports.ts';
import type { Rule } from './rules.ts';

export interface Side {
  /** The end whose policies are asked. */
  readonly subject: End;
  readonly peer: End;
  /** Where the connection goes: one of the two. */
  readonly to: End;
  readonly wanted: Wanted;
}

export function matchRule(rule: Rule, side: Side, doubting: Doubting): Match {
  const ports = matchPorts(rule.ports, side.wanted, side.to, doubting);
  if (ports === NO && rule.doubt === undefined) return NO;
  const match = and(ports, matchPeers(rule.peers, side.peer, doubting));
  if (rule.ref.action === 'deny' && match !== NO && matchOwnNode(side, doubting) !== NO) {
    const text = `whether ${rule.ref.id} parts ${nameOf(side.subject)} from its own node is nowhere said`;
    doubting({ kind: 'own-node', text });
    return unsure(match);
  }
  if (rule.doubt === undefined) return match;
  doubting(rule.doubt);
  return unsure(match);
}

export function matchPeers(peers: Rule['peers'], end: End, doubting: Doubting): Match {
  if (peers === 'all') return YES;
  let match: Match = NO;
  for (const peer of peers) {
    match = or(match, matchPeer(peer, end, doubting));
    if (match === YES) break;
  }
  return match;
}

/**
 * Traffic between a pod and the node that it runs on is always allowed (concepts, network-policies). Whether a pod on
 * that node's network counts as the node is up to the engine; mostly it does.
 */
export function matchOwnNode({ subject, peer }: Side, doubting: Doubting): Match {
  if (subject.kind !== 'pod' || peer.kind !== 'node') return NO;
  const [own, other] = [subject.pod.node, nodeNameOf(peer)];
  if (own === undefined || other === undefined) {
    doubting({ kind: 'own-node', text: `it is not known which node ${nameOf(subject)} runs on` });
    return PROBABLY_NOT;
  }
  if (own !== other) return NO;
  if (peer.hosted === undefined) return YES;
  doubting(hostDoubt(peer.hosted.pod));
  return PROBABLY;
}

function nodeNameOf({ node, hosted }: NodeEnd): string | undefined {
  return node?.name ?? hosted?.pod.node;
}
