/** Compiles ClusterIP Services to nftables text, the same for every node; pure. */
import { parseAddress } from './ipv4.ts';
import type { ForwardingService } from './network.ts';
import { SERVICE_CIDR } from './network.ts';
import { block, collection, protocolOf, replaceTable } from './nftables.ts';

interface ServedPort {
  /** The map's key: address, protocol and port. */
  readonly key: string;
  readonly protocol: string;
  readonly backends: ForwardingService['ports'][number]['backends'];
}

/**
 * Destination is rewritten before routing, so that policies see pods' own addresses and ports, as behind
 * kube-proxy; the backend is drawn at random per connection.
 */
export function compileServices(services: readonly ForwardingService[]): string {
  const addressed = services.filter(({ clusterIP }) => parseAddress(clusterIP) !== undefined);
  // Two claims to one address and port would make nftables refuse the whole table.
  const byKey = new Map(addressed.flatMap(servedPorts).map((port) => [port.key, port]));
  const ports = [...byKey.values()].toSorted((a, b) => compare(a.key, b.key));
  const clusterIPs = addressed.map(({ clusterIP }) => clusterIP);
  const backendIPs = ports.flatMap(({ backends }) => backends.map(({ ip }) => ip));
  const own = sortedOnce(backendIPs).map((ip) => `${ip} . ${ip}`);
  const gotos = ports.map(({ key }, index) => `${key} : goto service_${index}`);
  return replaceTable('ip netproof_services', [
    ...ports.flatMap((port, index) => block(`chain service_${index}`, [translate(port)])),
    ...collection('map services', 'ipv4_addr . inet_proto . inet_service : verdict', gotos),
    ...collection('set cluster_ips', 'ipv4_addr', sortedOnce(clusterIPs)),
    ...collection('set own', 'ipv4_addr . ipv4_addr', own),
    ...HOOKS.flatMap(([chain, rules]) => block(`chain ${chain}`, rules)),
  ]);
}

/** The ports with somewhere to send a connection. */
function servedPorts(service: ForwardingService): readonly ServedPort[] {
  return service.ports.flatMap((port) => {
    const protocol = protocolOf(port.protocol);
    const backends = port.backends.filter(({ ip }) => parseAddress(ip) !== undefined);
    if (protocol === undefined || backends.length === 0) return [];
    return [{ key: `${service.clusterIP} . ${protocol} . ${port.port}`, protocol, backends }];
  });
}

const TRANSLATE = 'ip daddr . meta l4proto . th dport vmap @services';
/**
 * What is still addressed to a Service was not translated: no ready endpoint, or a port that it does not have.
 * kube-proxy (nftables mode) rejects both, and drops what goes to addresses that no Service has.
 */
const REFUSE = ['ip daddr @cluster_ips reject with icmp port-unreachable', `ip daddr ${SERVICE_CIDR} drop`];

const HOOKS: readonly (readonly [string, readonly string[]])[] = [
  ['prerouting', ['type nat hook prerouting priority dstnat; policy accept;', TRANSLATE]],
  ['output', ['type nat hook output priority -100; policy accept;', TRANSLATE]],
  // A pod that reaches itself over its Service must get the answer over the node, so the node steps between.
  [
    'postrouting',
    ['type nat hook postrouting priority srcnat; policy accept;', 'ip saddr . ip daddr @own masquerade'],
  ],
  ['refuse_forwarded', ['type filter hook forward priority filter - 10; policy accept;', ...REFUSE]],
  ['refuse_own', ['type filter hook output priority filter - 10; policy accept;', ...REFUSE]],
];

function translate({ protocol, backends }: ServedPort): string {
  const draws = backends.map(({ ip, port }, index) => `${index} : ${ip} . ${port}`);
  return `meta l4proto ${protocol} dnat ip to numgen random mod ${draws.length} map { ${draws.join(', ')} }`;
}

function sortedOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
