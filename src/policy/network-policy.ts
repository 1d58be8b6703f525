/** NetworkPolicies (networking.k8s.io/v1) → rules. `null` in a manifest is an absent field, as in the API. */
import type {
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1ObjectMeta,
} from '../cluster/types.ts';
import type { Direction } from '../model/capabilities.ts';
import { selectorOf } from '../model/selector.ts';
import { parseBlock } from './address.ts';
import type { PolicyRef } from './prediction.ts';
import { HIGHEST_PORT, protocolOf, ruleId } from './rules.ts';
import type { Peer, Policy, PortRange, Rule } from './rules.ts';

export function readNetworkPolicy({ metadata, spec }: V1NetworkPolicy): Policy {
  const namespace = metadata?.namespace ?? 'default';
  const ref: PolicyRef = { kind: 'NetworkPolicy', namespace, ...identityOf(metadata) };
  const directions = directionsOf(spec);
  const rulesIn = (direction: Direction, lists: readonly PeersAndPorts[]) =>
    lists.map((lists_, index) => ruleOf(ref, direction, index, lists_, namespace));
  return {
    ref,
    tier: 'network-policy',
    priority: 0,
    subject: { kind: 'pods', namespaces: namespace, pods: selectorOf(spec?.podSelector), neverHost: false },
    rules: {
      ingress: directions.includes('ingress')
        ? rulesIn(
            'ingress',
            (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
          )
        : undefined,
      egress: directions.includes('egress')
        ? rulesIn(
            'egress',
            (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
          )
        : undefined,
    },
  };
}

export function identityOf(metadata: V1ObjectMeta | undefined) {
  const { name = '', uid, resourceVersion } = metadata ?? {};
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** As policyTypes has it. */
export function policyTypeOf(direction: Direction): 'Ingress' | 'Egress' {
  return direction === 'ingress' ? 'Ingress' : 'Egress';
}

/**
 * Those that it restricts. Without types: ingress always, egress if there is an egress rule (API defaulting: an empty
 * list is none).
 */
export function directionsOf(spec: V1NetworkPolicy['spec'] | null): readonly Direction[] {
  const types = spec?.policyTypes ?? [];
  if (types.length === 0) return spec?.egress?.length ? ['ingress', 'egress'] : ['ingress'];
  return (['ingress', 'egress'] as const).filter((direction) => types.includes(policyTypeOf(direction)));
}

interface PeersAndPorts {
  readonly peers: readonly V1NetworkPolicyPeer[] | null | undefined;
  readonly ports: readonly V1NetworkPolicyPort[] | null | undefined;
}

function ruleOf(
  policy: PolicyRef,
  direction: Direction,
  index: number,
  { peers, ports }: PeersAndPorts,
  namespace: string,
): Rule {
  const id = ruleId(policy, direction, index);
  return {
    ref: { id, policy, direction, index, tier: 'network-policy', action: 'allow' },
    // Missing and empty are the same: not restricted.
    peers: peers == null || peers.length === 0 ? 'all' : peers.map((peer) => peerOf(peer, namespace)),
    ports: ports == null || ports.length === 0 ? 'all' : ports.map(portOf),
  };
}

function peerOf({ ipBlock, podSelector, namespaceSelector }: V1NetworkPolicyPeer, own: string): Peer {
  if (ipBlock != null) return blockOf(ipBlock);
  if (podSelector == null && namespaceSelector == null) return { kind: 'nothing' };
  return {
    kind: 'pods',
    namespaces: namespaceSelector == null ? own : selectorOf(namespaceSelector),
    pods: selectorOf(podSelector),
    neverHost: false,
  };
}

function blockOf({ cidr, except }: NonNullable<V1NetworkPolicyPeer['ipBlock']>): Peer {
  const block = parseBlock(cidr);
  if (block === undefined) return { kind: 'nothing' };
  const holes = (except ?? []).map(parseBlock).filter((hole) => hole !== undefined);
  return { kind: 'block', block, except: holes, text: cidr };
}

/** Without a number every port of that protocol; a protocol that policies know nothing of matches nothing. */
function portOf({ port, endPort, protocol: written }: V1NetworkPolicyPort): PortRange {
  const protocol = protocolOf(written) ?? 'TCP';
  if (protocolOf(written) === undefined) return { kind: 'numbers', protocol, first: 1, last: 0 };
  if (port == null) return { kind: 'numbers', protocol, first: 0, last: HIGHEST_PORT };
  if (typeof port === 'string') return { kind: 'named', name: port, protocol };
  return { kind: 'numbers', protocol, first: port, last: endPort ?? port };
}
