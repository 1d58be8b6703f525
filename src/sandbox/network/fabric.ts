/** The underlay: a bridge in the daemon's namespace, and on it one namespace per node and one for the outside. */
import { OUTSIDE_IP, macOf } from './addresses.ts';
import { inNetns, netnsPath, run } from './kernel.ts';
import { CONTROL_PLANE, SERVICE_CIDR } from './network.ts';
import type { NodeNetwork } from './network.ts';
import { OUTSIDE_ADDRESSES } from './outside/hosts.ts';

export const OUTSIDE_NETNS = netnsPath('outside');

export function nodeNetns(node: string): string {
  return netnsPath(`node-${node}`);
}

/** Of ICMP answers: none, or Linux' default, in which destination unreachable is one per second and peer (icmp(7)). */
export type AnswersLimited = 'none' | 'as-linux';
const RATE_MASKS = { none: 0, 'as-linux': 6168 } as const;

export async function limitAnswers(node: string, limited: AnswersLimited): Promise<void> {
  const command = `echo ${RATE_MASKS[limited]} > /proc/sys/net/ipv4/icmp_ratemask`;
  await run(inNetns(nodeNetns(node), ['sh', '-e']), command);
}

interface Host {
  readonly netns: string;
  readonly ip: string;
}

/**
 * What makes a namespace a node: it forwards, and it answers every packet it refuses (by default Linux answers
 * one per second and peer, so that most refused probes would look like dropped ones).
 */
const NODE_SYSCTLS = {
  'net/ipv4/ip_forward': 1,
  'net/ipv4/icmp_ratemask': 0,
  'net/ipv4/conf/all/rp_filter': 0,
  'net/ipv4/conf/default/rp_filter': 0,
} as const;

/** Only what is named is routed; all else is answered with ICMP unreachable at once. */
const NOTHING_ELSE = 'route add unreachable default';

/** Builds everything but pods, from nothing. */
export async function buildFabric(nodes: readonly NodeNetwork[]): Promise<void> {
  const outside: Host = { netns: OUTSIDE_NETNS, ip: OUTSIDE_IP };
  const hosts: readonly Host[] = [outside, ...nodes.map(({ name, ip }) => ({ netns: nodeNetns(name), ip }))];
  await batch(['ip'], [...bridge(), ...hosts.flatMap(plug), ...podRoutes(nodes), NOTHING_ELSE]);
  await Promise.all([
    batch(inNetns(outside.netns, ['ip']), [...socket(outside, hosts), ...outsideLinks(nodes)]),
    ...nodes.map((node) => buildNode(node, nodes, hosts)),
  ]);
}

async function buildNode(
  self: NodeNetwork,
  nodes: readonly NodeNetwork[],
  hosts: readonly Host[],
): Promise<void> {
  const netns = nodeNetns(self.name);
  const sysctls = Object.entries(NODE_SYSCTLS).map(([key, value]) => `echo ${value} > /proc/sys/${key}`);
  await run(inNetns(netns, ['sh', '-e']), sysctls.join('\n'));
  await batch(inNetns(netns, ['ip']), [
    ...socket({ netns, ip: self.ip }, hosts),
    ...podRoutes(nodes.filter((node) => node !== self)),
    // What no pod has is silence, as behind most network plugins: like a deny, and unlike a refusal.
    `route add blackhole ${self.podCIDR}`,
    ...OUTSIDE_ADDRESSES.map((ip) => `route add ${ip}/32 via ${OUTSIDE_IP}`),
    // Never really leaves: Service addresses are rewritten or refused. A node's own connections need the route.
    `route add ${SERVICE_CIDR} dev eth0`,
    NOTHING_ELSE,
  ]);
}

function bridge(): string[] {
  return [
    'link set lo up',
    'link add underlay type bridge mcast_snooping 0',
    `link set underlay address ${macOf(CONTROL_PLANE.ip)} addrgenmode none up`,
    `addr add ${CONTROL_PLANE.ip}/24 dev underlay`,
  ];
}

/** A namespace and its cable to the bridge. */
function plug({ netns, ip }: Host): string[] {
  const name = netns.slice(netns.lastIndexOf('/') + 1);
  const port = `u${ip.slice(ip.lastIndexOf('.') + 1)}`;
  return [
    `netns add ${name}`,
    `link add ${port} type veth peer name eth0 address ${macOf(ip)} netns ${name}`,
    `link set ${port} master underlay addrgenmode none up`,
    `neigh replace ${ip} lladdr ${macOf(ip)} dev underlay nud permanent`,
  ];
}

/** The host's end of that cable, knowing all its neighbours. */
function socket(self: Host, hosts: readonly Host[]): string[] {
  const neighbours = [CONTROL_PLANE.ip, ...hosts.map(({ ip }) => ip)].filter((ip) => ip !== self.ip);
  return [
    'link set lo up',
    'link set eth0 addrgenmode none up',
    `addr add ${self.ip}/24 dev eth0`,
    ...neighbours.map((ip) => `neigh replace ${ip} lladdr ${macOf(ip)} dev eth0 nud permanent`),
  ];
}

function podRoutes(nodes: readonly NodeNetwork[]): string[] {
  return nodes.map(({ ip, podCIDR }) => `route add ${podCIDR} via ${ip}`);
}

function outsideLinks(nodes: readonly NodeNetwork[]): string[] {
  return [...OUTSIDE_ADDRESSES.map((ip) => `addr add ${ip}/32 dev lo`), ...podRoutes(nodes), NOTHING_ELSE];
}

async function batch(ip: readonly string[], lines: readonly string[]): Promise<void> {
  await run([...ip, '-batch', '-'], `${lines.join('\n')}\n`);
}
