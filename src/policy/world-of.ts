/** Objects of the Kubernetes API, from a cluster or from manifests → the world that policies are evaluated over. */
import type { V1Namespace, V1NetworkPolicy, V1Pod } from '../cluster/types.ts';
import type { AdminPolicy } from './admin-manifests.ts';
import { foreignOf } from './foreign.ts';
import { groupBy } from './group.ts';
import { groupOf, labelsOf, manifestsIn, nameOf, readable } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { distinctNodes, nodeOf, nodeOfPod } from './nodes.ts';
import { controllers, isOver, podOf } from './pods.ts';
import { adminRefusal, networkPolicyRefusal } from './refusal.ts';
import { serviceOf } from './services.ts';
import { podsOfTemplates } from './templates.ts';
import type { PolicyNamespace, PolicyPod, World } from './world.ts';

export interface WorldOptions {
  /** Workloads without pods get one from their template, as wanted offline; default true. */
  readonly templates?: boolean;
}

/**
 * Never throws: what can't be used is left out, with a note if it is of a kind that matters.
 *
 * @param objects with `apiVersion` and `kind`; or lists as the API answers them (`kind: PodList`, …)
 */
export function worldOf(objects: readonly unknown[], { templates = true }: WorldOptions = {}): World {
  const notes: string[] = [];
  const manifests = objects.flatMap((object) => manifestsIn(object));
  const byType = groupBy(manifests, ({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`);
  const read = <From, To>(type: string, make: (object: From) => To): readonly To[] =>
    (byType.get(type) ?? []).flatMap((manifest) => readable(manifest, make, notes));
  const above = controllers([...(byType.get('apps/ReplicaSet') ?? []), ...(byType.get('batch/Job') ?? [])]);
  const alive = read('/Pod', (pod: V1Pod) => (isOver(pod) ? [] : [podOf(pod, above)])).flat();
  const pods = templates ? [...alive, ...podsOfTemplates(manifests, alive, notes)] : alive;
  const policies = read('networking.k8s.io/NetworkPolicy', namespaced).flatMap((policy) =>
    accepted(policy, networkPolicyRefusal(policy), notes),
  );
  const admin = manifests.filter(isAdmin).flatMap((policy) => accepted(policy, adminRefusal(policy), notes));
  return {
    pods,
    policies,
    namespaces: namespacesOf(read('/Namespace', namespaceOf), pods, policies),
    nodes: distinctNodes([...read('/Node', nodeOf), ...read('/Pod', nodeOfPod).flat()]),
    services: read('/Service', serviceOf).flat(),
    adminPolicies: admin,
    foreign: manifests.filter((manifest) => !isAdmin(manifest)).flatMap(foreignOf),
    notes: [...new Set(notes)],
  };
}

function accepted<Policy extends Manifest>(
  policy: Policy,
  refusal: string | undefined,
  notes: string[],
): readonly Policy[] {
  if (refusal === undefined) return [policy];
  notes.push(`${nameOf(policy)} is left out: the API would refuse it, because ${refusal}`);
  return [];
}

function namespaced(policy: V1NetworkPolicy & Manifest): V1NetworkPolicy & Manifest {
  return { ...policy, metadata: { ...policy.metadata, namespace: policy.metadata.namespace ?? 'default' } };
}

function namespaceOf({ metadata }: V1Namespace): PolicyNamespace {
  return { name: metadata?.name ?? '', labels: labelsOf(metadata?.labels), assumed: false };
}

function namespacesOf(
  given: readonly PolicyNamespace[],
  pods: readonly PolicyPod[],
  policies: readonly V1NetworkPolicy[],
): readonly PolicyNamespace[] {
  const known = new Set(given.map(({ name }) => name));
  const used = new Set([
    ...pods.map(({ namespace }) => namespace),
    ...policies.map(({ metadata }) => metadata?.namespace ?? 'default'),
  ]);
  const missing = [...used].filter((name) => !known.has(name));
  return [...given, ...missing.map((name) => ({ name, labels: {}, assumed: true }))];
}

const ADMIN_KINDS: readonly string[] = [
  'policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy',
  'policy.networking.k8s.io/v1alpha1 BaselineAdminNetworkPolicy',
  'policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy',
];

function isAdmin(manifest: Manifest): manifest is AdminPolicy & Manifest {
  return ADMIN_KINDS.includes(`${manifest.apiVersion} ${manifest.kind}`);
}
