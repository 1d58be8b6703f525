/** Which destination ports a rule lets through. */
import type { V1NetworkPolicyPort } from '../../../cluster/types.ts';
import { merge } from '../ipv4.ts';
import type { Range } from '../ipv4.ts';
import { protocolOf } from '../nftables.ts';
import { EVERYTHING, ruleSet } from './sets.ts';
import type { Match } from './sets.ts';

const HIGHEST = 65_535;

/** Matches, one of which must hold; every port of every protocol (ICMP included) if the list is missing or empty. */
export function portMatches(ports: readonly V1NetworkPolicyPort[] | undefined): readonly Match[] {
  if (ports == null || ports.length === 0) return [EVERYTHING];
  return ['TCP', 'UDP', 'SCTP'].flatMap((protocol) => {
    const those = ports.filter((port) => (port.protocol ?? 'TCP') === protocol);
    if (those.length === 0) return [];
    const word = protocolOf(protocol) ?? '';
    if (those.some(({ port }) => port == null)) return [{ text: `meta l4proto ${word}` }];
    return [...numbered(those, word), ...named(those, protocol, word)];
  });
}

function numbered(ports: readonly V1NetworkPolicyPort[], word: string): readonly Match[] {
  const ranges = merge(ports.flatMap(rangeOf));
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  if (texts.length === 0) return [];
  // Most rules name one port, which the kernel compares faster than it sets up a set.
  return [{ text: `${word} dport ${texts.length === 1 ? texts[0] : `{ ${texts.join(', ')} }`}` }];
}

function rangeOf({ port, endPort }: V1NetworkPolicyPort): readonly Range[] {
  if (typeof port !== 'number') return [];
  const range = { first: port, last: endPort ?? port };
  return range.first <= range.last && range.last <= HIGHEST ? [range] : [];
}

/** A name means each destination pod's own port of that name and protocol; what is no pod has no named ports. */
function named(ports: readonly V1NetworkPolicyPort[], protocol: string, word: string): readonly Match[] {
  const names = [...new Set(ports.map(({ port }) => port).filter((port) => typeof port === 'string'))];
  if (names.length === 0) return [];
  const set = ruleSet('places', 'ipv4_addr . inet_service', [protocol, names.toSorted()], ({ pods }) =>
    pods.flatMap((pod) =>
      pod.ports
        .filter((port) => port.protocol === protocol && port.name !== undefined && names.includes(port.name))
        .map(({ port }) => `${pod.ip} . ${port}`),
    ),
  );
  return [{ text: `ip daddr . ${word} dport @${set.name}`, set }];
}
