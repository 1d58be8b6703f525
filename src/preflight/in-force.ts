/** What a scenario relies on of the policies that are in force already; pure. */
import type { Direction, Capability } from '../model/capabilities.ts';
import type { Cell } from '../model/matrix.ts';
import type { Scenario } from '../model/scenario.ts';
import { type Labels, selectorOf } from '../model/selector.ts';
import type { Manifest } from '../policy/manifest.ts';
import { directionsOf } from '../policy/network-policy.ts';
import type { PoliciesRead } from '../prediction/reading.ts';
import { type Identities, podLike } from '../prediction/telling.ts';
import { namespacesOf } from '../prediction/wanted.ts';
import { type PolicySpec, usesOf } from './uses.ts';

export interface InForce {
  readonly capabilities: readonly Capability[];
  /** Some could not be read, or are of kinds that are not looked into, and may use anything. */
  readonly more: boolean;
}

/** One end of something to be denied; a target's pods have labels that nobody knows here. */
interface End {
  readonly namespace: string;
  readonly labels: Labels | undefined;
}

/** @param denied cells; only policies that may bring one of them about are relied upon */
export function reliedInForce(
  scenario: Scenario,
  denied: readonly Cell[],
  identities: Identities,
  { policies, gaps }: PoliciesRead,
): InForce {
  const ends = {
    egress: endsOf(scenario, identities, new Set(denied.map(({ source }) => source))),
    ingress: endsOf(scenario, identities, new Set(denied.map(({ endpoint }) => endpoint.destination))),
  };
  const known = policies.filter(isNetworkPolicy);
  return {
    capabilities: known.flatMap((policy) => {
      const spec = (policy.spec ?? {}) as PolicySpec;
      const bears = (direction: Direction): boolean => selects(policy, spec, ends[direction]);
      return usesOf(spec, directionsOf(spec).filter(bears));
    }),
    more: known.length < policies.length || gaps.some(({ effect }) => effect === 'unknown'),
  };
}

const isNetworkPolicy = ({ apiVersion, kind }: Manifest): boolean =>
  apiVersion === 'networking.k8s.io/v1' && kind === 'NetworkPolicy';

function selects({ metadata }: Manifest, { podSelector }: PolicySpec, ends: readonly End[]): boolean {
  const selector = selectorOf(podSelector);
  return ends.some(
    ({ namespace, labels }) =>
      namespace === metadata.namespace && (labels === undefined || selector.matches(labels)),
  );
}

function endsOf(
  { workloads, targets }: Scenario,
  identities: Identities,
  names: ReadonlySet<string>,
): readonly End[] {
  return [
    ...workloads
      .filter(({ name }) => names.has(name))
      .map((workload) => {
        const identity = identities.get(workload.name);
        const labels = identity && podLike(workload, identity).labels;
        return { namespace: workload.namespace, labels };
      }),
    ...targets
      .filter(({ name }) => names.has(name))
      .flatMap(namespacesOf)
      .map((namespace) => ({ namespace, labels: undefined })),
  ];
}
