/** Which destination ports a rule lets through. */
import type { V1NetworkPolicyPort } from '../../../cluster/types.ts';
import { merge } from '../ipv4.ts';
import type { Range } from '../ipv4.ts';
import { protocolOf } from '../nftables.ts';
import type { Cluster } from './cluster.ts';
import type { Collections } from './collections.ts';

const HIGHEST = 65_535;

/** nftables matches, one of which must hold; `['']` for every port of every protocol (ICMP included). */
export function portMatches(
  ports: readonly V1NetworkPolicyPort[] | undefined,
  cluster: Cluster,
  collections: Collections,
): readonly string[] {
  if (ports == null || ports.length === 0) return [''];
  return ['TCP', 'UDP', 'SCTP'].flatMap((protocol) => {
    const those = ports.filter((port) => (port.protocol ?? 'TCP') === protocol);
    if (those.length === 0) return [];
    const word = protocolOf(protocol) ?? '';
    if (those.some(({ port }) => port == null)) return [`meta l4proto ${word}`];
    return [...numbered(those, word), ...named(those, protocol, word, cluster, collections)];
  });
}

function numbered(ports: readonly V1NetworkPolicyPort[], word: string): readonly string[] {
  const ranges = merge(ports.flatMap(rangeOf));
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  if (texts.length === 0) return [];
  // Most rules name one port, which the kernel compares faster than it sets up a set.
  return [`${word} dport ${texts.length === 1 ? texts[0] : `{ ${texts.join(', ')} }`}`];
}

function rangeOf({ port, endPort }: V1NetworkPolicyPort): readonly Range[] {
  if (typeof port !== 'number') return [];
  const range = { first: port, last: endPort ?? port };
  return range.first <= range.last && range.last <= HIGHEST ? [range] : [];
}

/** A name means each destination pod's own port of that name and protocol; what is no pod has no named ports. */
function named(
  ports: readonly V1NetworkPolicyPort[],
  protocol: string,
  word: string,
  cluster: Cluster,
  collections: Collections,
): readonly string[] {
  const names = new Set(ports.map(({ port }) => port).filter((port) => typeof port === 'string'));
  const places = cluster.pods.flatMap((pod) =>
    pod.ports
      .filter((port) => port.protocol === protocol && port.name !== undefined && names.has(port.name))
      .map(({ port }) => `${pod.ip} . ${port}`),
  );
  return places.length === 0 ? [] : [`ip daddr . ${word} dport @${collections.places(places)}`];
}
