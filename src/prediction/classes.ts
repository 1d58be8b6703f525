/** The classes of a scenario's workloads, by the policies that are known. */
import { NetproofError } from '../model/errors.ts';
import type { WorkloadClass } from '../model/plan.ts';
import type { ClassRecord } from '../model/record.ts';
import type { Scenario } from '../model/scenario.ts';
import { classesOf } from '../plan/classes.ts';
import type { Loaded } from '../plan/plan.ts';
import { alike } from '../scenario/alike.ts';
import type { PoliciesRead, Standing } from './reading.ts';
import { declaredIdentities, type Identities, telling } from './telling.ts';
import { distinct } from './wanted.ts';

/** From the scenario alone: only of workloads in namespaces that the run creates. */
export function declaredClasses(scenario: Scenario): readonly WorkloadClass[] {
  return classesOf(alike(scenario), telling(scenario, declaredIdentities(scenario), []));
}

/**
 * By the policies in force, before anything is launched. Throws `scenario-invalid` if a scenario that is too large
 * without classes turns out to have others.
 */
export function liveClasses(
  { scenario, classes }: Loaded,
  identities: Identities,
  standing: Standing,
): readonly WorkloadClass[] {
  const objects = [...standing.spaces, ...standing.policies];
  const told = telling(scenario, visible(scenario, identities, standing), objects);
  if (classes === undefined) return classesOf(alike(scenario), told);
  const torn = classes.map((each) => tornIn(each, told)).find((names) => names !== undefined);
  if (torn === undefined) return classes;
  throw new NetproofError(
    'scenario-invalid',
    `${scenario.file} is too large to probe every pair, and policies in this cluster may tell ${torn.join(' from ')}`,
    { hint: 'split the scenario' },
  );
}

/** The classes once probes have ended: do the policies, which may have changed, still tell none of them apart? */
export function heldClasses(
  classes: readonly WorkloadClass[],
  scenario: Scenario,
  identities: Identities,
  pictures: readonly PoliciesRead[],
): readonly ClassRecord[] {
  if (classes.length === 0) return [];
  const all = pictures.map((read) => telling(scenario, visible(scenario, identities, read), read.policies));
  return classes.map((each) => {
    const torn = all.map((told) => tornIn(each, told)).find((names) => names !== undefined);
    if (torn === undefined) return each;
    return {
      ...each,
      broken: `policies that changed, or can no longer be read, may tell ${torn.join(' from ')}`,
    };
  });
}

/** Where policies could not be read, nobody knows what they tell. */
function visible({ workloads }: Scenario, identities: Identities, { gaps }: PoliciesRead): Identities {
  const blind = gaps.filter(({ effect }) => effect === 'unknown');
  if (blind.length === 0) return identities;
  const hidden = new Set(distinct(blind.map(({ namespace }) => namespace)));
  const seen = workloads.filter(({ namespace }) => !hidden.has(undefined) && !hidden.has(namespace));
  return new Map(
    seen.flatMap(({ name }) => {
      const identity = identities.get(name);
      return identity === undefined ? [] : [[name, identity] as const];
    }),
  );
}

/** The representative and a member that are told apart. */
function tornIn(
  { representative, members }: WorkloadClass,
  told: ReadonlyMap<string, string>,
): readonly [string, string] | undefined {
  const wanted = told.get(representative);
  const other = members.find((name) => wanted === undefined || told.get(name) !== wanted);
  return other === undefined ? undefined : [representative, other];
}
