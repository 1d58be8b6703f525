/** Compiles ClusterIP Services to an nftables table, the same for every node; pure. */
import { isIPv4 } from 'node:net';
import type { ForwardingService } from './network.ts';
import { SERVICE_CIDR } from './network.ts';
import { mapOf, protocolOf, setOf } from './nftables.ts';
import type { Chain, Table } from './nftables.ts';

interface ServedPort {
  /** Address, protocol and port. */
  readonly key: string;
  readonly backends: ForwardingService['ports'][number]['backends'];
}

/**
 * Destination is rewritten before routing, so that policies see pods' own addresses and ports, as behind
 * kube-proxy; the backend is drawn at random per connection.
 *
 * One map leads a Service port to the chain that draws from as many as it has backends, another from the port and
 * the number drawn to the backend: endpoints that come and go only change elements.
 */
export function compileServices(services: readonly ForwardingService[]): Table {
  const addressed = services.filter(({ clusterIP }) => isIPv4(clusterIP));
  // Of two claims to one address and port the later one has it.
  const ports = [...new Map(addressed.flatMap(servedPorts).map((port) => [port.key, port])).values()];
  const counts = new Set(ports.map(({ backends }) => backends.length));
  const pairs = ports.flatMap(({ backends }) => backends.map(({ ip }) => `${ip} . ${ip}`));
  const collections = {
    services: mapOf(
      'ipv4_addr . inet_proto . inet_service : verdict',
      ports.map(({ key, backends }) => [key, `goto draw_${backends.length}`]),
    ),
    backends: mapOf(
      'ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service',
      ports.flatMap(({ key, backends }) =>
        backends.map(({ ip, port }, drawn) => [`${key} . ${drawn}`, `${ip} . ${port}`] as const),
      ),
    ),
    cluster_ips: setOf(
      'ipv4_addr',
      addressed.map(({ clusterIP }) => clusterIP),
    ),
    own: setOf('ipv4_addr . ipv4_addr', pairs),
  };
  const draws = [...counts].map((count) => [`draw_${count}`, draw(count)] as const);
  return {
    name: 'ip netproof_services',
    collections: new Map(Object.entries(collections)),
    chains: new Map([...draws, ...Object.entries(HOOKS)]),
  };
}

/** The ports with somewhere to send a connection. */
function servedPorts(service: ForwardingService): readonly ServedPort[] {
  return service.ports.flatMap((port) => {
    const protocol = protocolOf(port.protocol);
    const backends = port.backends.filter(({ ip }) => isIPv4(ip));
    if (protocol === undefined || backends.length === 0) return [];
    return [{ key: `${service.clusterIP} . ${protocol} . ${port.port}`, backends }];
  });
}

const SERVICE_PORT = 'ip daddr . meta l4proto . th dport';
const TRANSLATE = `${SERVICE_PORT} vmap @services`;
/**
 * What is still addressed to a Service was not translated: no ready endpoint, or a port that it does not have.
 * kube-proxy (nftables mode) rejects both, and drops what goes to addresses that no Service has.
 */
const REFUSE = ['ip daddr @cluster_ips reject with icmp port-unreachable', `ip daddr ${SERVICE_CIDR} drop`];

const HOOKS: Readonly<Record<string, Chain>> = {
  prerouting: { hook: 'type nat hook prerouting priority dstnat; policy accept;', rules: [TRANSLATE] },
  output: { hook: 'type nat hook output priority -100; policy accept;', rules: [TRANSLATE] },
  // A pod that reaches itself over its Service must get the answer over the node, so the node steps between.
  postrouting: {
    hook: 'type nat hook postrouting priority srcnat; policy accept;',
    rules: ['ip saddr . ip daddr @own masquerade'],
  },
  refuse_forwarded: { hook: 'type filter hook forward priority filter - 10; policy accept;', rules: REFUSE },
  refuse_own: { hook: 'type filter hook output priority filter - 10; policy accept;', rules: REFUSE },
};

/** The packet's mark, which nothing else looks at, carries the number into the map's key: numgen cannot stand there. */
function draw(count: number): Chain {
  return {
    rules: [
      `meta mark set numgen random mod ${count}`,
      `meta l4proto { tcp, udp, sctp } dnat ip to ${SERVICE_PORT} . meta mark map @backends`,
    ],
  };
}
