/** AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy → rules. */
import type { Direction } from '../model/capabilities.ts';
import { selectorOf } from '../model/selector.ts';
import { parseBlock } from './address.ts';
import type {
  AdminPeer,
  AdminPolicy,
  AdminPort,
  AdminSubject,
  ClusterProtocol,
  PortsV1alpha1,
  PortsV1alpha2,
  ProtocolMatch,
} from './admin-manifests.ts';
import { identityOf } from './network-policy.ts';
import type { Doubt, PolicyRef, RuleRef, Tier } from './prediction.ts';
import { policyName, protocolOf, ruleId } from './rules.ts';
import type { Peer, PodsPeer, Policy, PortRange, Rule } from './rules.ts';
import type { TransportProtocol } from './world.ts';

type AdminRule = NonNullable<AdminPolicy['spec']['ingress'] | AdminPolicy['spec']['egress']>[number];

export function readAdminPolicy(policy: AdminPolicy): Policy {
  const { kind, metadata, spec } = policy;
  const ref: PolicyRef = { kind, ...identityOf(metadata) };
  const tier = tierOf(policy);
  const priority = policy.kind === 'BaselineAdminNetworkPolicy' ? 0 : policy.spec.priority;
  const rulesIn = (direction: Direction, rules: readonly AdminRule[] | null | undefined) =>
    // Without rules, unlike a NetworkPolicy, it says nothing in that direction.
    rules == null || rules.length === 0
      ? undefined
      : rules.map((rule, index) =>
          ruleOf(rule, {
            id: ruleId(ref, direction, index),
            policy: ref,
            direction,
            index,
            tier,
            ...(policy.kind === 'BaselineAdminNetworkPolicy' ? {} : { priority }),
            ...(rule.name == null ? {} : { name: rule.name }),
            action: ACTIONS[rule.action],
          }),
        );
  return {
    ref,
    tier,
    priority,
    subject: subjectOf(spec.subject),
    rules: { ingress: rulesIn('ingress', spec.ingress), egress: rulesIn('egress', spec.egress) },
  };
}

const ACTIONS = { Allow: 'allow', Accept: 'allow', Deny: 'deny', Pass: 'pass' } as const;

function tierOf(policy: AdminPolicy): Tier {
  switch (policy.kind) {
    case 'AdminNetworkPolicy':
      return 'admin';
    case 'BaselineAdminNetworkPolicy':
      return 'baseline';
    case 'ClusterNetworkPolicy':
      return policy.spec.tier === 'Admin' ? 'admin' : 'baseline';
  }
}

/**
 * A peer or port without any field that we know is of a newer version of the API, where a rule fails closed: one that
 * allows matches nothing, any other denies everything (the text of AdminNetworkPolicyIngressPeer and its like).
 */
function ruleOf(rule: AdminRule, ref: RuleRef): Rule {
  const peers = peersOf(rule).map(peerOf);
  const ports = portsOf(rule);
  const read = { peers: known(peers), ports: ports === 'all' ? ports : known(ports) };
  if (read.peers.length === peers.length && read.ports.length === ports.length) return { ref, ...read };
  const text = `${policyName(ref.policy)} has something in ${ref.direction}[${ref.index}] that this version cannot read`;
  const doubt: Doubt = { kind: 'unreadable-rule', text };
  if (ref.action === 'allow') return { ref, peers: [], ports: 'all', doubt };
  return { ref: { ...ref, action: 'deny' }, peers: 'all', ports: 'all', doubt };
}

function known<Item>(items: readonly (Item | undefined)[]): readonly Item[] {
  return items.filter((item) => item !== undefined);
}

function peersOf(rule: AdminRule): readonly AdminPeer[] {
  return ('from' in rule ? rule.from : 'to' in rule ? rule.to : undefined) ?? [];
}

function subjectOf({ namespaces, pods }: AdminSubject): PodsPeer {
  if (pods == null) return podsPeer(namespaces, undefined);
  return podsPeer(pods.namespaceSelector, pods.podSelector);
}

function podsPeer(
  namespaces: AdminSubject['namespaces'] | null,
  pods: AdminSubject['namespaces'] | null,
): PodsPeer {
  return { kind: 'pods', namespaces: selectorOf(namespaces), pods: selectorOf(pods), neverHost: true };
}

/** Undefined for a kind of peer that we don't know. */
function peerOf({ namespaces, pods, nodes, networks, domainNames }: AdminPeer): Peer | undefined {
  if (namespaces != null || pods != null)
    return subjectOf({ ...(namespaces && { namespaces }), ...(pods && { pods }) });
  if (nodes != null) return { kind: 'nodes', nodes: selectorOf(nodes) };
  if (domainNames != null) return { kind: 'domains', names: domainNames };
  if (networks == null) return undefined;
  return { kind: 'networks', blocks: known(networks.map(parseBlock)) };
}

function portsOf(rule: PortsV1alpha1 & PortsV1alpha2): readonly (PortRange | undefined)[] | 'all' {
  if (rule.ports != null) return rule.ports.map(portOf);
  if (rule.protocols != null) return rule.protocols.map(protocolMatchOf);
  return 'all';
}

function portOf({ portNumber, portRange, namedPort }: AdminPort): PortRange | undefined {
  if (portNumber != null) return numbers(portNumber.protocol, portNumber.port, portNumber.port);
  if (portRange != null) return numbers(portRange.protocol, portRange.start, portRange.end);
  return namedPort == null ? undefined : { kind: 'named', name: namedPort };
}

function protocolMatchOf(entry: ClusterProtocol): PortRange | undefined {
  if (entry.destinationNamedPort != null) return { kind: 'named', name: entry.destinationNamedPort };
  if (entry.tcp != null) return transportOf('TCP', entry.tcp);
  if (entry.udp != null) return transportOf('UDP', entry.udp);
  return entry.sctp == null ? undefined : transportOf('SCTP', entry.sctp);
}

function transportOf(protocol: TransportProtocol, { destinationPort }: ProtocolMatch): PortRange | undefined {
  if (destinationPort?.range != null) {
    return numbers(protocol, destinationPort.range.start, destinationPort.range.end);
  }
  const number = destinationPort?.number;
  return number == null ? undefined : numbers(protocol, number, number);
}

function numbers(written: string | undefined, first: number, last: number): PortRange | undefined {
  const protocol = protocolOf(written);
  return protocol === undefined ? undefined : { kind: 'numbers', protocol, first, last };
}
