/** Policies of other APIs: whom they may be about. */
import type { End } from './ends.ts';
import { groupOf } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { Doubt } from './prediction.ts';
import type { ForeignPolicy } from './world.ts';

/**
 * Cilium's, Calico's, Antrea's and others' policies all are some kind of `…NetworkPolicy`; OVN-Kubernetes adds
 * EgressFirewall. Calico's `Staged…` ones are for trying out and enforce nothing.
 */
export function foreignOf({ apiVersion, kind, metadata }: Manifest): readonly ForeignPolicy[] {
  const isPolicy = kind.endsWith('NetworkPolicy') || kind === 'EgressFirewall';
  if (!isPolicy || kind.startsWith('Staged') || groupOf(apiVersion) === 'networking.k8s.io') return [];
  const { name, namespace } = metadata;
  return [{ kind, apiVersion, name, ...(namespace === undefined ? {} : { namespace }) }];
}

/** Their selectors are not read, so every pod of a policy's namespace, or everything in the cluster, may be meant. */
export function touching(policies: readonly ForeignPolicy[], subject: End): readonly ForeignPolicy[] {
  if (policies.length === 0 || subject.kind === 'outside') return [];
  const pod = subject.kind === 'pod' ? subject.pod : subject.hosted?.pod;
  return policies.filter(({ namespace }) => namespace === undefined || namespace === pod?.namespace);
}

export function foreignDoubt({ kind, namespace, name }: ForeignPolicy): Doubt {
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  return { kind: 'foreign-policy', text: `${kind} ${full} is not evaluated and may change it` };
}
