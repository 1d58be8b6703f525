import type { V1NetworkPolicyPeer } from '../../cluster/types.ts';
import { count } from '../../report/text.ts';
import { nameOf, type PolicyObject } from '../../snapshot/snapshot.ts';
import type { Check, Found } from '../check.ts';
import { PodIndex } from '../pod-index.ts';
import { words } from './inventory.ts';

export const deadRules: Check = {
  id: 'dead-rules',
  step: 4,
  title: 'Every policy and every peer selects something',
  rules: {
    'selects-no-pod': 'A policy selects no pod that there is: it protects nothing.',
    'peer-selects-nothing': 'A peer of a rule selects no pod that there is: it allows nobody.',
    'unknown-port-name': 'A rule names a port that no pod has: it allows nothing there.',
  },
  run({ snapshot: { policies }, evaluator }) {
    if (policies.length === 0) return { kind: 'not-applicable', because: 'there is no NetworkPolicy' };
    if (evaluator.world.pods.length === 0) {
      return { kind: 'not-applicable', because: 'there are no pods that could be selected' };
    }
    const index = new PodIndex(evaluator.world);
    const names = new Set(
      evaluator.world.pods.flatMap(({ ports }) => ports.flatMap(({ name }) => name ?? [])),
    );
    return {
      kind: 'examined',
      because: `selectors of ${words(policies.length)} were tried on ${count(evaluator.world.pods.length, 'pod')}`,
      findings: policies.flatMap((policy) => [
        ...selectsNothing(policy, index),
        ...peersSelectNothing(policy, index),
        ...portsUnknown(policy, names),
      ]),
      evidence: [],
    };
  },
};

/** An empty selector in an empty namespace waits for pods; one that asks for labels may be misspelt. */
function selectsNothing(policy: PolicyObject, index: PodIndex): Found[] {
  const { namespace = 'default' } = policy.metadata;
  const selector = policy.spec?.podSelector;
  if (!asksForLabels(selector) || index.some(namespace, selector)) return [];
  const message = `NetworkPolicy ${nameOf(policy)} selects no pod: nothing is protected by it`;
  return [found('selects-no-pod', policy, message)];
}

function peersSelectNothing(policy: PolicyObject, index: PodIndex): Found[] {
  const dead = peersOf(policy).flatMap(({ place, peer }) => (isDead(peer, policy, index) ? [place] : []));
  if (dead.length === 0) return [];
  const message = `NetworkPolicy ${nameOf(policy)}, ${dead.join(', ')}: no pod is selected, so nobody is allowed`;
  return [found('peer-selects-nothing', policy, message)];
}

function isDead(peer: V1NetworkPolicyPeer, { metadata }: PolicyObject, index: PodIndex): boolean {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock != null) return false;
  if (!asksForLabels(podSelector) && !asksForLabels(namespaceSelector)) return false;
  return !index.some(namespaceSelector ?? metadata.namespace ?? 'default', podSelector ?? undefined);
}

function portsUnknown(policy: PolicyObject, names: ReadonlySet<string>): Found[] {
  const { ingress = [], egress = [] } = policy.spec ?? {};
  const named = [...ingress, ...egress]
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ port }) => (typeof port === 'string' && !names.has(port) ? [port] : []));
  if (named.length === 0) return [];
  const message = `NetworkPolicy ${nameOf(policy)}: no pod has a port called ${[...new Set(named)].join(', ')}`;
  return [found('unknown-port-name', policy, message)];
}

function peersOf({ spec }: PolicyObject): { readonly place: string; readonly peer: V1NetworkPolicyPeer }[] {
  const ingress = (spec?.ingress ?? []).map(({ from }) => from ?? []);
  const egress = (spec?.egress ?? []).map(({ to }) => to ?? []);
  const placed = (direction: string, rules: readonly (readonly V1NetworkPolicyPeer[])[]) =>
    rules.flatMap((peers, i) => peers.map((peer, j) => ({ place: `${direction}[${i}] peer ${j}`, peer })));
  return [...placed('ingress', ingress), ...placed('egress', egress)];
}

function asksForLabels(selector: V1NetworkPolicyPeer['podSelector'] | null): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length > 0 || (selector?.matchExpressions ?? []).length > 0;
}

function found(rule: string, policy: PolicyObject, message: string): Found {
  const { namespace = 'default', name } = policy.metadata;
  const subject = { kind: 'NetworkPolicy', namespace, name };
  return { rule, severity: 'warn', subject, message, where: policy.where };
}
