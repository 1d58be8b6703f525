/** The pods or addresses that an end stands for, and which of them no policy can tell apart. */
import { groupBy } from '../policy/group.ts';
import type { Evaluator } from '../policy/evaluator.ts';
import type { Party } from '../policy/prediction.ts';
import type { PolicyPod, TransportProtocol, World } from '../policy/world.ts';
import type { Found } from './party.ts';
import type { AskedPort } from './question.ts';
import { piecesOf, type Range } from './ranges.ts';
import { numbered, stopsOf } from './stops.ts';

export interface Member {
  readonly party: Party;
  readonly label: string;
  /** A piece of a range of addresses, which `party` stands for. */
  readonly range?: Range;
}

export type FromMember = Member;

export interface ToMember extends Member {
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** As an end of the world's own. */
export function fromMembers(found: Found, world: World): readonly FromMember[] {
  switch (found.kind) {
    case 'pods':
      return found.pods.map((pod) => ({ party: { pod }, label: pod.name }));
    case 'address':
      return [{ party: { address: found.address }, label: found.address }];
    case 'block':
      return blockMembers(found.cidr, world);
    case 'service':
      return [];
  }
}

export function toMembers(
  found: Found,
  port: AskedPort,
  world: World,
): { readonly members: readonly ToMember[]; readonly notes: readonly string[] } {
  if (found.kind === 'block') {
    const members = blockMembers(found.cidr, world);
    const inside = members.some(({ range }) => range?.isOutside === false);
    return {
      members: members.map((member) => ({ ...member, ...numbered(port, found.cidr) })),
      notes: [
        'pods, nodes and Services with addresses in that range are not what is asked about',
        ...(inside ? ['a part of the range belongs to the cluster alone'] : []),
      ],
    };
  }
  const { stops, notes } = stopsOf(found, port, world);
  return {
    members: stops.map(({ to, ...rest }) => ({
      party: to,
      label: 'pod' in to ? to.pod.name : to.address,
      ...rest,
    })),
    notes,
  };
}

function blockMembers(cidr: string, world: World): readonly Member[] {
  return piecesOf(cidr, world).map((range) => ({
    party: { address: range.sample },
    label: range.sample,
    range,
  }));
}

/**
 * Nodes tell pods apart only where the other side is on a node's network, or may be: a pod and its own node are never
 * parted.
 */
export function grouped<Item extends Member>(
  members: readonly Item[],
  others: readonly Member[],
  { world, classes }: Evaluator,
): readonly (readonly Item[])[] {
  const index = new Map<PolicyPod, number>(world.pods.map((pod, place) => [pod, place]));
  const byNode = others.some(({ party }) => 'address' in party || party.pod.hostNetwork);
  const keyOf = (member: Item): string => {
    if (!('pod' in member.party)) return member.label;
    const { pod } = member.party;
    const port = 'port' in member ? String(member.port) : '';
    return [classes[index.get(pod) ?? -1], byNode || pod.hostNetwork ? pod.node : '', port].join(' ');
  };
  return [...groupBy(members, keyOf).values()];
}
