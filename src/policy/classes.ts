/** Pods that no policy can tell apart. */
import type { Ends } from './ends.ts';
import { touching } from './foreign.ts';
import { matchPeer } from './peers.ts';
import { DIRECTIONS } from './rules.ts';
import type { Peer, Policy, Rule } from './rules.ts';
import type { ForeignPolicy, PolicyPod } from './world.ts';

/** What policies look at. */
interface Relevant {
  readonly labels: ReadonlySet<string>;
  readonly portNames: ReadonlySet<string>;
  /** Peers by address. */
  readonly networks: readonly Peer[];
}

/** One number per pod, from 0 in the order of their first pods. */
export function classify(
  pods: Ends['pods'],
  policies: readonly Policy[],
  foreign: readonly ForeignPolicy[],
): readonly number[] {
  const relevant = relevantOf(policies);
  const numbers = new Map<string, number>();
  return pods.map((end) => {
    const key = keyOf(end, relevant, touching(foreign, end).length > 0);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function relevantOf(policies: readonly Policy[]): Relevant {
  const rules = policies.flatMap(rulesOf);
  const peers = rules.flatMap((rule) => (rule.peers === 'all' ? [] : rule.peers));
  const ports = rules.flatMap((rule) => (rule.ports === 'all' ? [] : rule.ports));
  const selecting = [
    ...policies.map(({ subject }) => subject),
    ...peers.filter((peer) => peer.kind === 'pods'),
  ];
  const networks = peers.filter((peer) => peer.kind === 'block' || peer.kind === 'networks');
  return {
    labels: new Set(selecting.flatMap(({ pods }) => pods.keys)),
    portNames: new Set(ports.flatMap((port) => (port.kind === 'named' ? [port.name] : []))),
    networks: [...new Map(networks.map((peer) => [networkKey(peer), peer])).values()],
  };
}

function rulesOf({ rules }: Policy): readonly Rule[] {
  return DIRECTIONS.flatMap((direction) => rules[direction] ?? []);
}

function networkKey(peer: Peer): string {
  return JSON.stringify(peer, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function keyOf(end: Ends['pods'][number], relevant: Relevant, isTouched: boolean): string {
  const pod = end.kind === 'pod' ? end.pod : end.hosted?.pod;
  if (pod === undefined) return '';
  return JSON.stringify([
    pod.namespace,
    // Policies that are not read may look at any label.
    labelsOf(pod, isTouched ? Object.keys(pod.labels) : relevant.labels),
    pod.ports
      .filter(({ name }) => name !== undefined && relevant.portNames.has(name))
      .map(({ name, protocol, containerPort }) => `${name}/${protocol}/${containerPort}`)
      .toSorted(),
    end.kind === 'node' ? ['host', pod.node ?? pod.name] : [],
    relevant.networks.map((peer) => matchPeer(peer, end, () => {})).join(''),
  ]);
}

function labelsOf({ labels }: PolicyPod, keys: Iterable<string>): readonly (readonly string[])[] {
  return [...keys]
    .filter((key) => Object.hasOwn(labels, key))
    .toSorted()
    .map((key) => [key, labels[key] ?? '']);
}
