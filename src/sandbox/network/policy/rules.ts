/** What a policy says, whatever pods there are: a chain of rules per direction. */
import type { V1NetworkPolicy } from '../../../cluster/types.ts';
import type { ForwardingPod } from '../network.ts';
import { nameFor } from '../nftables.ts';
import { EGRESS, INGRESS } from './direction.ts';
import type { Direction } from './direction.ts';
import { peerMatches } from './peers.ts';
import { portMatches } from './ports.ts';
import { matcher } from './selector.ts';
import type { RuleSet } from './sets.ts';

export interface PolicyRules {
  readonly namespace: string;
  readonly selects: (pod: ForwardingPod) => boolean;
  /** Undefined if the policy does not isolate in that direction. */
  readonly egress: RuleChain | undefined;
  readonly ingress: RuleChain | undefined;
}

/** Accepts what the policy allows; equal rules are one chain. */
export interface RuleChain {
  readonly name: string;
  readonly rules: readonly string[];
  readonly sets: readonly RuleSet[];
}

const known = new WeakMap<V1NetworkPolicy, PolicyRules>();

/** Policies are never changed in place (a change is another object), so each is read once. */
export function rulesOf(policy: V1NetworkPolicy): PolicyRules {
  const read = known.get(policy) ?? readPolicy(policy);
  known.set(policy, read);
  return read;
}

function readPolicy(policy: V1NetworkPolicy): PolicyRules {
  const namespace = policy.metadata?.namespace ?? '';
  const matches = matcher(policy.spec?.podSelector ?? {});
  return {
    namespace,
    selects: ({ labels }) => matches(labels),
    egress: chainOf(policy, EGRESS, namespace),
    ingress: chainOf(policy, INGRESS, namespace),
  };
}

function chainOf(policy: V1NetworkPolicy, direction: Direction, namespace: string): RuleChain | undefined {
  const accepted = direction.rules(policy)?.flatMap((rule) => {
    const ports = portMatches(rule.ports);
    return peerMatches(rule.peers, namespace, direction.peer).flatMap((peer) =>
      ports.map((port) => [peer, port]),
    );
  });
  if (accepted === undefined) return undefined;
  const rules = accepted.map((matches) =>
    [...matches.map(({ text }) => text), 'accept'].filter(Boolean).join(' '),
  );
  const sets = accepted.flat().flatMap(({ set }) => (set === undefined ? [] : [set]));
  return { name: nameFor(`${direction.name}_rules`, rules.join('\n')), rules, sets };
}
