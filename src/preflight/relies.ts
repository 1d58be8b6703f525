/** What a scenario relies on: found in the policies that it brings and in those that are in force; pure. */
import type { Capability } from '../model/capabilities.ts';
import type { Plan } from '../model/plan.ts';
import type { PoliciesRead } from '../prediction/reading.ts';
import type { Identities } from '../prediction/telling.ts';
import { reliedInForce } from './in-force.ts';
import { type PolicySpec, usesOf } from './uses.ts';

export interface Reliance {
  /** Empty where nothing is to be denied, or no policy denies it. */
  readonly capabilities: ReadonlySet<Capability>;
  /** It may rely on more: policies that could not be read, or are not looked into, may use either direction. */
  readonly more: boolean;
  /** The nodes that its workloads may run on; undefined: any. */
  readonly nodes: readonly string[] | undefined;
}

/**
 * Only a deny relies on enforcement; without policies nothing would be denied, and every allow be reached.
 *
 * @param standing the policies in force where the scenario's workloads and targets are, its own apart
 */
export function relianceOf(
  { matrix, policies, scenario }: Plan,
  identities: Identities,
  standing: PoliciesRead,
): Reliance {
  const nodes = pinned(scenario.workloads.map(({ placement }) => placement));
  const denied = matrix.cells.filter((cell) => cell.expect === 'deny');
  if (denied.length === 0) return { capabilities: new Set(), more: false, nodes };
  const { capabilities, more } = reliedInForce(scenario, denied, identities, standing);
  const used = [
    ...policies.flatMap(({ manifest }) => usesOf((manifest['spec'] ?? {}) as PolicySpec)),
    ...capabilities,
  ];
  const udp = denied.some(({ endpoint: { port } }) => port.protocol === 'udp' || port.protocol === 'dns');
  const everywhere: readonly Capability[] = ['same-node', 'cross-node', ...(udp ? (['udp'] as const) : [])];
  return { capabilities: new Set(used.length === 0 ? [] : [...used, ...everywhere]), more, nodes };
}

function pinned(
  placements: readonly Plan['scenario']['workloads'][number]['placement'][],
): readonly string[] | undefined {
  const names = placements.map((placement) => (placement.kind === 'node' ? placement.node : undefined));
  const known = names.filter((name) => name !== undefined);
  return known.length === placements.length && known.length > 0 ? [...new Set(known)].sort() : undefined;
}
