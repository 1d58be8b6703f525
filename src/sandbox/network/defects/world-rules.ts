/** What is wrong around the enforcement of policies, as far as it is rules; pure. */
import type { WorldFaults } from '../behaviour.ts';
import type { NodeNetwork } from '../network.ts';
import type { Chain, Table } from '../nftables.ts';

/** Where the proxy of `intercepts` listens, on each node. */
export const PROXY_PORT = 15_001;

const PODS = 'iifname "pod*"';

/** Nothing in a healthy world. */
export function worldTables(faults: WorldFaults, node: NodeNetwork): readonly Table[] {
  const chains = [...loss(faults), ...interception(faults, node)];
  return chains.length === 0
    ? []
    : [{ name: 'ip netproof_world', collections: new Map(), chains: new Map(chains) }];
}

/** Once per packet and way, whether it crosses nodes or not, and before conntrack has heard of it. */
function loss({ lossPercent }: WorldFaults): readonly (readonly [string, Chain])[] {
  if (lossPercent === 0) return [];
  const rules = [`${PODS} numgen random mod 100 < ${lossPercent} drop`];
  return [['lossy', { hook: 'type filter hook prerouting priority raw; policy accept;', rules }]];
}

/** Before Services are translated. What is led to the node itself is not forwarded, so policies have no say. */
function interception(
  { intercepts }: WorldFaults,
  { ip }: NodeNetwork,
): readonly (readonly [string, Chain])[] {
  if (!intercepts) return [];
  const rules = [`${PODS} meta l4proto tcp dnat to ${ip}:${PROXY_PORT}`];
  return [['intercept', { hook: 'type nat hook prerouting priority dstnat - 10; policy accept;', rules }]];
}
