/** A scenario's policies with one thing dropped: a rule, or the isolation in one direction; pure. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Direction } from '../model/capabilities.ts';
import type { PolicyManifest } from '../model/scenario.ts';
import { directionsOf, policyTypeOf } from '../policy/network-policy.ts';
import { ruleId } from '../policy/rules.ts';
import { defaultDenyId } from '../policy/units.ts';

export interface Mutant {
  /** As the evaluator calls what is dropped. */
  readonly id: string;
  readonly policies: readonly PolicyManifest[];
}

type Spec = NonNullable<V1NetworkPolicy['spec']>;

export function mutantsOf(policies: readonly PolicyManifest[]): readonly Mutant[] {
  return policies.flatMap((policy, at) =>
    variantsOf(policy).map(({ id, spec }) => ({
      id,
      policies: policies.flatMap((other, index) => {
        if (index !== at) return [other];
        return spec === undefined ? [] : [{ ...other, manifest: { ...other.manifest, spec } }];
      }),
    })),
  );
}

interface Variant {
  readonly id: string;
  /** Absent: the policy as a whole is dropped. */
  readonly spec: Spec | undefined;
}

function variantsOf({ manifest }: PolicyManifest): readonly Variant[] {
  const { name, namespace } = manifest.metadata;
  const ref = { kind: 'NetworkPolicy', namespace, name } as const;
  const spec = (manifest['spec'] ?? {}) as Spec;
  return directionsOf(spec).flatMap((direction) => [
    { id: defaultDenyId(ref, direction), spec: withoutDirection(spec, direction) },
    ...(spec[direction] ?? []).map((_, index) => ({
      id: ruleId(ref, direction, index),
      spec: withoutRule(spec, direction, index),
    })),
  ]);
}

function withoutDirection(spec: Spec, direction: Direction): Spec | undefined {
  const left = directionsOf(spec).filter((other) => other !== direction);
  if (left.length === 0) return undefined;
  const { [direction]: _dropped, ...rest } = spec;
  return { ...rest, policyTypes: left.map(policyTypeOf) };
}

/** What it isolates must not hang on which rules are left. */
function withoutRule(spec: Spec, direction: Direction, index: number): Spec {
  const left = (spec[direction] ?? []).filter((_, at) => at !== index);
  return { ...spec, [direction]: left, policyTypes: directionsOf(spec).map(policyTypeOf) };
}
