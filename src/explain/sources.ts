/** Policies by name: what they say and where they stand. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Position } from '../model/errors.ts';
import type { PolicyRef, RuleRef } from '../policy/prediction.ts';
import { policyName } from '../policy/rules.ts';
import type { Snapshot, KubeObject } from '../snapshot/snapshot.ts';

export interface Sources {
  /** A NetworkPolicy as it was written. */
  manifest(policy: PolicyRef): V1NetworkPolicy | undefined;
  /** Undefined on a cluster. */
  policyAt(policy: PolicyRef): Position | undefined;
  ruleAt(rule: RuleRef): Position | undefined;
}

export function sourcesIn({
  policies,
  otherPolicies,
}: Pick<Snapshot, 'policies' | 'otherPolicies'>): Sources {
  const byName = new Map<string, KubeObject>(
    [...otherPolicies, ...policies].map((object) => [nameOf(object), object]),
  );
  const policyAt = (policy: PolicyRef) => byName.get(policyName(policy))?.where;
  return {
    policyAt,
    manifest: (policy) =>
      policy.kind === 'NetworkPolicy'
        ? (byName.get(policyName(policy)) as V1NetworkPolicy | undefined)
        : undefined,
    ruleAt: ({ policy, direction, index }) =>
      byName.get(policyName(policy))?.rulePlaces?.[direction][index] ?? policyAt(policy),
  };
}

/** Other groups call their policies NetworkPolicy too; those are no sources of a decision. */
function nameOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  const isOurs = /^(networking|policy\.networking)\.k8s\.io\//.test(apiVersion);
  return `${isOurs ? kind : `${kind}.${apiVersion}`} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
