/** Labels that a scenario may not set, since something else acts on them. */

/** What netproof writes; see `src/model/labels.ts`. */
const OWN_PREFIX = 'netproof.dev/';

/**
 * Controllers find their pods by these (Deployment, DaemonSet, StatefulSet, Job): a probe pod that carries one
 * could be adopted, counted and deleted, or be the reason why a real pod is.
 */
const CONTROLLER_KEYS: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'pod-template-generation',
  'controller-revision-hash',
  'controller-uid',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]);
const CONTROLLER_PREFIX = 'batch.kubernetes.io/';

/** netproof sets these on its pods: a mesh's proxy would answer in the place of the destination. */
const MESH_KEYS: ReadonlySet<string> = new Set([
  'sidecar.istio.io/inject',
  'istio.io/dataplane-mode',
  'kuma.io/sidecar-injection',
]);

function isControllerLabel(key: string): boolean {
  return CONTROLLER_KEYS.has(key) || key.startsWith(CONTROLLER_PREFIX);
}

/** Why a workload's pods can't have this label, or undefined if they can. */
export function reservedOnPods(key: string): string | undefined {
  if (isControllerLabel(key)) return 'controllers adopt and delete pods by it';
  if (MESH_KEYS.has(key)) return 'netproof sets it to keep service meshes out of the measurement';
  return reservedByNetproof(key);
}

/** Why a created namespace can't have this label, or undefined if it can. */
export function reservedOnNamespaces(key: string): string | undefined {
  if (key === 'kubernetes.io/metadata.name') return 'Kubernetes sets it to the name of the namespace';
  return reservedByNetproof(key);
}

export function reservedByNetproof(key: string): string | undefined {
  return key.startsWith(OWN_PREFIX) ? `the prefix ${OWN_PREFIX} is for what netproof creates` : undefined;
}
