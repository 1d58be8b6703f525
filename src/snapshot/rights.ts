/** The rights that a snapshot of a cluster takes. */
import type { RoleRule, RoleRules } from '../model/plan.ts';
import { isNeeded, type LivePlace } from './places.ts';

export interface SnapshotRights {
  readonly needed: RoleRules;
  /** What may not be read of these is told. */
  readonly optional: RoleRules;
}

/** Cluster-wide, and all of them only list. */
export function snapshotRights(places: readonly LivePlace[]): SnapshotRights {
  return {
    needed: { rules: rulesFor(places.filter(isNeeded)) },
    optional: { rules: rulesFor(places.filter((place) => !isNeeded(place))) },
  };
}

const WHY: Readonly<Record<LivePlace['role'], string>> = {
  namespace: 'tell the namespaces and their labels',
  pod: 'tell the pods, their labels, addresses and ports',
  node: "tell the nodes' addresses and labels",
  service: 'tell which pods are behind a Service, and what is exposed',
  entrance: 'tell what can be reached from outside',
  policy: 'tell what the policies say',
  'other-policy': 'tell whether other kinds of policies decide too',
};

/** One per API group and reason. */
function rulesFor(places: readonly LivePlace[]): readonly RoleRule[] {
  const rules = new Map<string, RoleRule>();
  for (const { group, plural, role } of places) {
    const key = `${group} ${role}`;
    const resources = new Set([...(rules.get(key)?.resources ?? []), plural]);
    rules.set(key, { apiGroups: [group], resources: [...resources], verbs: ['list'], why: WHY[role] });
  }
  return [...rules.values()];
}
