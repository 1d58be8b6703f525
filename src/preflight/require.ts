/** Refuses to go on where the scenario relies on enforcement that was shown to be absent. */
import type { Capabilities } from '../model/capabilities.ts';
import { NetproofError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';

type Direction = 'ingress' | 'egress';
const BOTH: readonly Direction[] = ['ingress', 'egress'];

/** Throws `unenforced` (exit code 3), naming the directions. */
export function requireEnforcement(plan: Plan, capabilities: Capabilities): void {
  const absent = BOTH.filter((direction) => capabilities[direction] === 'absent');
  const needed = directionsNeeded(plan);
  const refused =
    needed === 'any' ? absent.length === BOTH.length : absent.some((each) => needed.includes(each));
  if (!refused) return;
  const what = absent.join(' and ');
  throw new NetproofError(
    'unenforced',
    `this cluster does not enforce NetworkPolicies: a canary's ${what} deny was ignored`,
    {
      hint: 'install a network plugin that enforces policies, or switch its enforcement on; to probe all the same: --skip-preflight',
    },
  );
}

/**
 * A scenario that brings its policies tells which directions it relies on. One that relies on the cluster's own
 * policies needs whichever they use, which is not known here: then only a cluster that enforces neither is refused.
 */
function directionsNeeded(plan: Plan): readonly Direction[] | 'any' {
  const denies = plan.matrix.cells.some((cell) => cell.expect === 'deny');
  if (!denies) return [];
  if (plan.policies.length === 0) return 'any';
  return [...new Set(plan.policies.flatMap(({ manifest }) => policyTypes(manifest)))];
}

/** The API's defaults: always Ingress, and Egress if there are egress rules (networking.k8s.io/v1, policyTypes). */
function policyTypes(manifest: Readonly<Record<string, unknown>>): readonly Direction[] {
  const spec = (manifest['spec'] ?? {}) as { policyTypes?: string[]; egress?: unknown[] };
  const types = spec.policyTypes ?? (spec.egress ? ['Ingress', 'Egress'] : ['Ingress']);
  return types.map((type) => (type === 'Egress' ? 'egress' : 'ingress'));
}
