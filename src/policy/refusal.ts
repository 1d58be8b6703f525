/**
 * Policies that the API server would not take, so that no cluster has them: evaluating one would be about nothing.
 * Source: kubernetes, pkg/apis/networking/validation and apimachinery, ValidateLabelSelector.
 */
import type {
  V1LabelSelector,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from '../cluster/types.ts';
import { parseBlock } from './address.ts';
import type { AdminPeer, AdminPolicy } from './admin-manifests.ts';
import { readAdminPolicy } from './admin-policy.ts';
import { labelsOf, listOf, mapOf, textsOf } from './manifest.ts';
import { HIGHEST_PORT, protocolOf } from './rules.ts';

/** Why, or undefined if it is fine. */
export function networkPolicyRefusal({ spec }: V1NetworkPolicy): string | undefined {
  if (spec == null) return 'it has no spec';
  return orFormless(() => {
    const { podSelector, policyTypes, ingress, egress } = spec;
    const into = listOf(ingress);
    const out = listOf(egress);
    const peers = [...into.flatMap(({ from }) => listOf(from)), ...out.flatMap(({ to }) => listOf(to))];
    const ports = [...into, ...out].flatMap((rule) => listOf(rule.ports));
    return (
      selectorRefusal(podSelector) ??
      first(listOf(policyTypes), typeRefusal) ??
      first(peers, peerRefusal) ??
      first(ports, portRefusal)
    );
  });
}

export function adminRefusal(policy: AdminPolicy): string | undefined {
  return orFormless(() => {
    const { subject, ingress, egress } = policy.spec;
    if (subject.namespaces == null && subject.pods == null) return 'its subject is empty';
    const rules = [...listOf(ingress), ...listOf(egress)];
    if (rules.some(({ action }) => !ACTIONS[policy.kind].includes(action)))
      return 'a rule has no known action';
    readAdminPolicy(policy);
    const peers = rules.flatMap((rule) =>
      listOf('from' in rule ? rule.from : 'to' in rule ? rule.to : undefined),
    );
    return first([subject, ...peers], peerOfPodsRefusal);
  });
}

function peerOfPodsRefusal({ namespaces, pods, nodes }: AdminPeer): string | undefined {
  const { namespaceSelector, podSelector } = mapOf(pods);
  return first([namespaces, nodes, namespaceSelector, podSelector], selectorRefusal);
}

const ACTIONS: Readonly<Record<AdminPolicy['kind'], readonly string[]>> = {
  AdminNetworkPolicy: ['Allow', 'Deny', 'Pass'],
  BaselineAdminNetworkPolicy: ['Allow', 'Deny'],
  ClusterNetworkPolicy: ['Accept', 'Deny', 'Pass'],
};

/** People write manifests, so anything may stand where a list should. */
function orFormless(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch {
    return 'it has not the form of its kind';
  }
}

function first<Item>(items: readonly Item[], check: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const refusal = check(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function typeRefusal(type: string): string | undefined {
  return type === 'Ingress' || type === 'Egress' ? undefined : `${JSON.stringify(type)} is no policy type`;
}

function selectorRefusal(selector: V1LabelSelector | null | undefined): string | undefined {
  const { matchLabels, matchExpressions } = mapOf(selector);
  labelsOf(matchLabels);
  return first(listOf(matchExpressions), ({ key, operator, values }) => {
    const count = textsOf(values).length;
    switch (operator) {
      case 'In':
      case 'NotIn':
        return count > 0 ? undefined : `${operator} for ${JSON.stringify(key)} has no values`;
      case 'Exists':
      case 'DoesNotExist':
        return count === 0 ? undefined : `${operator} for ${JSON.stringify(key)} has values`;
      default:
        return `${JSON.stringify(operator)} is no operator of selectors`;
    }
  });
}

function peerRefusal({ ipBlock, podSelector, namespaceSelector }: V1NetworkPolicyPeer): string | undefined {
  const hasSelector = podSelector != null || namespaceSelector != null;
  if (ipBlock == null && !hasSelector) return 'a peer says nothing';
  if (ipBlock == null) return selectorRefusal(podSelector) ?? selectorRefusal(namespaceSelector);
  if (hasSelector) return 'a peer has both a selector and an ipBlock';
  const block = parseBlock(ipBlock.cidr);
  if (block === undefined) return `${JSON.stringify(ipBlock.cidr)} is no CIDR`;
  return first(textsOf(ipBlock.except), (text) => {
    const hole = parseBlock(text);
    const isInside =
      hole?.family === block.family &&
      block.first <= hole.first &&
      hole.last <= block.last &&
      hole.last - hole.first < block.last - block.first;
    return isInside ? undefined : `${JSON.stringify(text)} is no part of ${ipBlock.cidr}`;
  });
}

function portRefusal({ port, endPort, protocol }: V1NetworkPolicyPort): string | undefined {
  if (protocolOf(protocol) === undefined) return `${JSON.stringify(protocol)} is no protocol of policies`;
  if (typeof port === 'number' && !isPort(port)) return `${port} is no port`;
  if (endPort == null) return undefined;
  if (typeof port !== 'number') return 'an endPort needs a numeric port';
  return isPort(endPort) && endPort >= port ? undefined : `${port} to ${endPort} is no range of ports`;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT;
}
