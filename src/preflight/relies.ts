/** What a scenario relies on: found in the policies that it brings; pure. */
import type { V1LabelSelector, V1NetworkPolicy, V1NetworkPolicyPeer } from '../cluster/types.ts';
import type { Capability } from '../model/capabilities.ts';
import type { Plan } from '../model/plan.ts';

type Spec = NonNullable<V1NetworkPolicy['spec']>;
type Rule = Pick<NonNullable<Spec['ingress']>[number], 'from' | 'ports'>;

export interface Reliance {
  /**
   * `unknown`: the scenario relies on the cluster's own policies, which may use either direction and anything else.
   */
  readonly policies: 'own' | 'unknown' | 'none';
  readonly capabilities: ReadonlySet<Capability>;
  /** The nodes that its workloads may run on; undefined: any. */
  readonly nodes: readonly string[] | undefined;
}

/** Only a deny relies on enforcement; without policies nothing would be denied, and every allow be reached. */
export function relianceOf({ matrix, policies, scenario }: Plan): Reliance {
  const nodes = pinned(scenario.workloads.map(({ placement }) => placement));
  const denies = matrix.cells.filter((cell) => cell.expect === 'deny');
  if (denies.length === 0) return { policies: 'none', capabilities: new Set(), nodes };
  const udp = denies.some(({ endpoint: { port } }) => port.protocol === 'udp' || port.protocol === 'dns');
  const own = policies.flatMap(({ manifest }) => capabilitiesOf((manifest['spec'] ?? {}) as Spec));
  return {
    policies: policies.length === 0 ? 'unknown' : 'own',
    capabilities: new Set(
      policies.length === 0 ? [] : [...own, ...(udp ? ['udp' as const] : []), 'same-node', 'cross-node'],
    ),
    nodes,
  };
}

function pinned(
  placements: readonly Plan['scenario']['workloads'][number]['placement'][],
): readonly string[] | undefined {
  const names = placements.map((placement) => (placement.kind === 'node' ? placement.node : undefined));
  const known = names.filter((name) => name !== undefined);
  return known.length === placements.length && known.length > 0 ? [...new Set(known)].sort() : undefined;
}

function capabilitiesOf(spec: Spec): readonly Capability[] {
  return typesOf(spec).flatMap((direction) => {
    const rules: readonly Rule[] =
      direction === 'ingress'
        ? (spec.ingress ?? [])
        : (spec.egress ?? []).map(({ to, ports }) => ({
            ...(to == null ? {} : { from: to }),
            ...(ports == null ? {} : { ports }),
          }));
    return [
      direction,
      ...(rules.length === 0 ? ['default-deny' as const] : []),
      ...expressionsIn(spec.podSelector),
      ...rules.flatMap(ruleCapabilities),
    ];
  });
}

/** The API's defaults: always Ingress, and Egress if there are egress rules (networking.k8s.io/v1, policyTypes). */
function typesOf({ policyTypes, egress }: Spec): readonly ('ingress' | 'egress')[] {
  const types = policyTypes?.length ? policyTypes : egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  return types.map((type) => (type === 'Egress' ? 'egress' : 'ingress'));
}

function ruleCapabilities({ from, ports }: Rule): readonly Capability[] {
  const peers = from ?? [];
  return [
    ...(peers.length > 1 ? ['two-peers' as const] : []),
    ...peers.flatMap(peerCapabilities),
    ...(ports ?? []).flatMap(({ port, endPort, protocol }): Capability[] => [
      ...(typeof port === 'string' ? ['named-port' as const] : []),
      ...(typeof port === 'number' && endPort == null ? ['port' as const] : []),
      ...(endPort == null ? [] : ['end-port' as const]),
      ...(protocol === 'UDP' ? ['udp' as const] : []),
    ]),
  ];
}

function peerCapabilities({ podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer): Capability[] {
  const expressions = [...expressionsIn(podSelector), ...expressionsIn(namespaceSelector)];
  if (ipBlock != null) return ipBlock.except?.length ? ['ip-block', 'except'] : ['ip-block'];
  if (podSelector != null && namespaceSelector != null) return ['combined-selector', ...expressions];
  return [podSelector == null ? 'namespace-selector' : 'pod-selector', ...expressions];
}

function expressionsIn(selector: V1LabelSelector | null | undefined): readonly Capability[] {
  return selector?.matchExpressions?.length ? ['match-expressions'] : [];
}
