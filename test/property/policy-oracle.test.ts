/**
 * The evaluator against a reading of the API's text that is as plain as can be: one connection, one direction, one
 * way to read what is open at a time; no index, no class, no kept answer. What several readings differ on must be
 * uncertain, and nothing else.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { V1LabelSelector, V1NetworkPolicy } from '../../src/cluster/types.ts';
import type { Direction } from '../../src/model/capabilities.ts';
import { compile } from '../../src/policy/evaluator.ts';
import type { Verdict } from '../../src/policy/prediction.ts';
import type { PolicyPod, TransportProtocol, World } from '../../src/policy/world.ts';
import { adminSet, renderAdmin } from '../support/random-admin.ts';
import type { PlainAdmin, PlainPorts, PlainRule } from '../support/random-admin.ts';
import { namespaceSelector, randomSet, selector } from '../support/random-policies.ts';
import type { RandomSet } from '../support/random-policies.ts';

const PODS = 5;
const IPS = Array.from({ length: PODS }, (_, at) => `10.244.${1 + (at % 2)}.${2 + at}`);
const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];
const PORTS = [80, 5353, 8080, 9090, 65_535];

interface Plain {
  readonly world: World;
  readonly admin: readonly PlainAdmin[];
}

interface Connection {
  readonly from: PolicyPod;
  readonly to: PolicyPod;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

function worldFor({ namespaces, pods, policies }: RandomSet, admin: readonly PlainAdmin[]): World {
  return {
    pods: pods.map(({ ports, ...pod }, at) => ({
      ...pod,
      name: `pod-${at}`,
      ips: [IPS[at] ?? ''],
      hostNetwork: false,
      ports: ports.map(({ port, ...rest }) => ({ ...rest, containerPort: port })),
      fromTemplate: false,
    })),
    namespaces: namespaces.map((each) => ({ ...each, assumed: false })),
    nodes: [],
    services: [],
    policies,
    adminPolicies: admin.map(renderAdmin),
    foreign: [],
    notes: [],
  };
}

function matches(selected: V1LabelSelector | null | undefined, labels: Record<string, string>): boolean {
  const has = (key: string) => Object.keys(labels).includes(key);
  for (const [key, value] of Object.entries(selected?.matchLabels ?? {})) {
    if (!has(key) || labels[key] !== value) return false;
  }
  for (const { key, operator, values = [] } of selected?.matchExpressions ?? []) {
    if (operator === 'In' && !(has(key) && values.includes(labels[key] ?? ''))) return false;
    if (operator === 'NotIn' && has(key) && values.includes(labels[key] ?? '')) return false;
    if (operator === 'Exists' && !has(key)) return false;
    if (operator === 'DoesNotExist' && has(key)) return false;
  }
  return true;
}

function labelsOfNamespace({ world }: Plain, name: string): Record<string, string> {
  const { labels = {} } = world.namespaces.find((each) => each.name === name) ?? {};
  return { ...labels, 'kubernetes.io/metadata.name': name };
}

function bits(ip: string): string {
  return ip
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
}

function isIn(cidr: string, ip: string): boolean {
  const [network = '', length] = cidr.split('/');
  return bits(network).slice(0, Number(length)) === bits(ip).slice(0, Number(length));
}

type Rules = NonNullable<NonNullable<V1NetworkPolicy['spec']>['ingress']>;
interface OwnRule {
  readonly peers: Rules[number]['from'] | null;
  readonly ports: Rules[number]['ports'] | null;
}

/** @param insideBlocks whether an ipBlock may mean a pod */
function ownAllows(
  rule: OwnRule,
  peer: PolicyPod,
  plain: Plain,
  own: string,
  flow: Connection,
  insideBlocks: boolean,
) {
  const peers = rule.peers ?? [];
  const isPeer =
    peers.length === 0 ||
    peers.some(({ ipBlock, podSelector, namespaceSelector: spaces }) => {
      const ip = peer.ips[0] ?? '';
      if (ipBlock) {
        return (
          insideBlocks && isIn(ipBlock.cidr, ip) && !(ipBlock.except ?? []).some((hole) => isIn(hole, ip))
        );
      }
      const isSpace = spaces
        ? matches(spaces, labelsOfNamespace(plain, peer.namespace))
        : peer.namespace === own;
      return isSpace && matches(podSelector, peer.labels);
    });
  const ports = rule.ports ?? [];
  const isPort =
    ports.length === 0 ||
    ports.some(({ protocol = 'TCP', port, endPort }) => {
      if (protocol !== flow.protocol) return false;
      if (port === undefined) return true;
      if (typeof port === 'number') return port <= flow.port && flow.port <= (endPort ?? port);
      return isCalled(port, flow);
    });
  return isPeer && isPort;
}

function isCalled(name: string, { to, protocol, port }: Connection): boolean {
  return to.ports.some(
    (each) => each.name === name && each.protocol === protocol && each.containerPort === port,
  );
}

/** `undefined`: not isolated. */
function ownVerdict(plain: Plain, direction: Direction, flow: Connection, insideBlocks: boolean) {
  const [subject, peer] = direction === 'egress' ? [flow.from, flow.to] : [flow.to, flow.from];
  const isolating = plain.world.policies.filter(({ metadata, spec }) => {
    const given = spec?.policyTypes ?? [];
    const types =
      given.length > 0 ? given : ['Ingress', ...((spec?.egress ?? []).length > 0 ? ['Egress'] : [])];
    return (
      metadata?.namespace === subject.namespace &&
      matches(spec?.podSelector, subject.labels) &&
      types.includes(direction === 'egress' ? 'Egress' : 'Ingress')
    );
  });
  if (isolating.length === 0) return undefined;
  const rules = isolating.flatMap(({ spec }): OwnRule[] =>
    direction === 'egress'
      ? (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
      : (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
  );
  const isAllowed = rules.some((rule) => ownAllows(rule, peer, plain, subject.namespace, flow, insideBlocks));
  return isAllowed ? 'allow' : 'deny';
}

function isAdminPort(ports: PlainPorts | undefined, flow: Connection): boolean {
  if (ports === undefined) return true;
  return ports.some((entry) =>
    'name' in entry
      ? isCalled(entry.name, flow)
      : entry.protocol === flow.protocol && entry.first <= flow.port && flow.port <= entry.last,
  );
}

function isAdminPeer({ peers }: PlainRule, peer: PolicyPod, plain: Plain): boolean {
  return peers.some((each) =>
    'networks' in each
      ? each.networks.some((cidr) => isIn(cidr, peer.ips[0] ?? ''))
      : matches(each.namespaces, labelsOfNamespace(plain, peer.namespace)) && matches(each.pods, peer.labels),
  );
}

/** The first rule of the first policy that matches, in that order of policies. */
function tierVerdict(policies: readonly PlainAdmin[], plain: Plain, direction: Direction, flow: Connection) {
  const [subject, peer] = direction === 'egress' ? [flow.from, flow.to] : [flow.to, flow.from];
  for (const { subject: selected, rules } of policies) {
    const isSubject =
      matches(selected.namespaces, labelsOfNamespace(plain, subject.namespace)) &&
      matches(selected.pods, subject.labels);
    if (!isSubject) continue;
    for (const rule of rules[direction]) {
      if (isAdminPeer(rule, peer, plain) && isAdminPort(rule.ports, flow)) return rule.action;
    }
  }
  return 'pass';
}

/** All orders that priorities leave open. */
function orders(policies: readonly PlainAdmin[]): readonly (readonly PlainAdmin[])[] {
  if (policies.length === 0) return [[]];
  const lowest = Math.min(...policies.map(({ priority }) => priority));
  return policies
    .filter(({ priority }) => priority === lowest)
    .flatMap((first) => orders(policies.filter((each) => each !== first)).map((rest) => [first, ...rest]));
}

function readings(plain: Plain, direction: Direction, flow: Connection): ReadonlySet<Verdict> {
  const found = new Set<Verdict>();
  for (const admin of orders(plain.admin.filter(({ tier }) => tier === 'admin'))) {
    for (const baseline of orders(plain.admin.filter(({ tier }) => tier === 'baseline'))) {
      for (const insideBlocks of [true, false]) {
        const first = tierVerdict(admin, plain, direction, flow);
        const second = ownVerdict(plain, direction, flow, insideBlocks);
        const third = tierVerdict(baseline, plain, direction, flow);
        found.add(first !== 'pass' ? first : (second ?? (third === 'deny' ? 'deny' : 'allow')));
      }
    }
  }
  return found;
}

function wanted(plain: Plain, flow: Connection): string {
  if (flow.from === flow.to) return 'allow';
  const both = [readings(plain, 'egress', flow), readings(plain, 'ingress', flow)];
  if (both.some((verdicts) => !verdicts.has('allow'))) return 'deny';
  return both.every((verdicts) => !verdicts.has('deny')) ? 'allow' : 'uncertain';
}

function connections(pods: readonly PolicyPod[]): readonly Connection[] {
  return pods.flatMap((from) =>
    pods.flatMap((to) =>
      PROTOCOLS.flatMap((protocol) => PORTS.map((port) => ({ from, to, protocol, port }))),
    ),
  );
}

function differences(plain: Plain): readonly string[] {
  const evaluator = compile(plain.world);
  const { pods } = plain.world;
  return connections(pods).flatMap((flow) => {
    const { from, to, protocol, port } = flow;
    const told = evaluator.decide({ ...flow, from: { pod: from }, to: { pod: to } });
    const quick = evaluator.answer(pods.indexOf(from), pods.indexOf(to), protocol, port);
    const [want, got] = [wanted(plain, flow), told.certain ? told.verdict : 'uncertain'];
    const line = `${from.name} > ${to.name} ${protocol}/${port}`;
    return [
      ...(want === got ? [] : [`${line}: ${want}, but told ${got}`]),
      ...(quick.verdict === told.verdict && quick.certain === told.certain
        ? []
        : [`${line}: the table differs`]),
      ...(told.certain === (told.doubts.length === 0) ? [] : [`${line}: ${told.doubts.length} doubts`]),
    ];
  });
}

test('every connection in small worlds, as a plain reading of the text has it', () => {
  const sets = fc.tuple(
    randomSet(PODS, [...IPS, '203.0.113.10']),
    adminSet(selector, namespaceSelector, IPS),
  );
  const property = fc.property(sets, ([set, admin]) => {
    expect(differences({ world: worldFor(set, admin), admin })).toEqual([]);
  });
  fc.assert(property, { numRuns: 150 });
}, 120_000);
