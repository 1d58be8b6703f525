/** Policies that two runs recorded. */
import type { PolicyDiff } from '../model/diff.ts';
import type { PolicyFact } from '../model/record.ts';

export function comparePolicies(before: readonly PolicyFact[], after: readonly PolicyFact[]): PolicyDiff[] {
  const [earlier, later] = [byName(before), byName(after)];
  const added = [...later].filter(([key]) => !earlier.has(key));
  const removed = [...earlier].filter(([key]) => !later.has(key));
  return [
    ...added.map(([, fact]) => diff(fact, 'added', 'it was not there in the earlier run')),
    ...removed.map(([, fact]) => diff(fact, 'removed', 'it is not there in the later run')),
    ...[...later].flatMap(([key, fact]) => compare(earlier.get(key), fact) ?? []),
  ];
}

function byName(facts: readonly PolicyFact[]): ReadonlyMap<string, PolicyFact> {
  return new Map(facts.map((fact) => [JSON.stringify([kindOf(fact), fact.namespace, fact.name]), fact]));
}

/** Kinds of several APIs have one name. */
function kindOf({ apiVersion, kind = 'NetworkPolicy' }: PolicyFact): string {
  const group = apiVersion?.split('/')[0] ?? 'networking.k8s.io';
  return group.endsWith('networking.k8s.io') ? kind : `${kind}.${group}`;
}

function diff(fact: PolicyFact, change: PolicyDiff['change'], because: string): PolicyDiff {
  const { namespace, name } = fact;
  return { change, kind: kindOf(fact), namespace, name, because };
}

/** The content decides where both runs recorded it: policies that a run brings along are created anew each time. */
function compare(before: PolicyFact | undefined, after: PolicyFact): PolicyDiff | undefined {
  if (before === undefined) return undefined;
  if (before.digest !== undefined && after.digest !== undefined) {
    return before.digest === after.digest ? undefined : diff(after, 'changed', 'it says something else');
  }
  if (before.uid !== after.uid) {
    return diff(after, 'unknown', 'it was created anew, and what it said was not recorded');
  }
  if (before.resourceVersion === after.resourceVersion) return undefined;
  return diff(after, 'changed', 'it was written to in between (another resourceVersion)');
}
