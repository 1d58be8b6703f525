/** Nodes as policies see them. */
import type { V1Node, V1Pod } from '../cluster/types.ts';
import { labelsOf, textsOf } from './manifest.ts';
import type { PolicyNode } from './world.ts';

export function nodeOf({ metadata, status }: V1Node): PolicyNode {
  const addresses = (status?.addresses ?? []).filter(({ type }) => type.endsWith('IP'));
  const ips = textsOf(addresses.map(({ address }) => address));
  return { name: metadata?.name ?? '', labels: labelsOf(metadata?.labels), ips };
}

/** What a pod tells of its node, for where nodes may not be listed. */
export function nodeOfPod({ spec, status }: V1Pod): readonly PolicyNode[] {
  const ips = textsOf((status?.hostIPs ?? []).map(({ ip }) => ip));
  const hostIPs = ips.length === 0 && status?.hostIP ? textsOf([status.hostIP]) : ips;
  return spec?.nodeName ? [{ name: spec.nodeName, ips: hostIPs }] : [];
}

/** The first of each name. */
export function distinctNodes(nodes: readonly PolicyNode[]): readonly PolicyNode[] {
  const byName = new Map<string, PolicyNode>();
  for (const node of nodes) if (!byName.has(node.name)) byName.set(node.name, node);
  return [...byName.values()];
}
