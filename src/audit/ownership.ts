/** Which tool says that it looks after an object: by the labels and annotations that the tools themselves write. */
import type { KubeObject } from '../snapshot/snapshot.ts';

export interface Keeper {
  readonly tool: 'Argo CD' | 'Flux' | 'Helm';
  /** Application, Kustomization or release. */
  readonly name: string;
}

/**
 * Argo CD: tracking annotation (argo-cd docs, resource_tracking). Flux: labels of the kustomize and helm
 * controllers (fluxcd.io). Helm: the release annotations that `helm install` writes.
 */
export function keeperOf({ metadata: { labels = {}, annotations = {} } }: KubeObject): Keeper | undefined {
  const tracked = annotations['argocd.argoproj.io/tracking-id'];
  // `app:group/kind:namespace/name`
  if (tracked !== undefined) return { tool: 'Argo CD', name: tracked.split(':')[0] ?? tracked };
  const instance = labels['argocd.argoproj.io/instance'];
  if (instance !== undefined) return { tool: 'Argo CD', name: instance };
  const flux = labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return { tool: 'Flux', name: flux };
  const release = annotations['meta.helm.sh/release-name'];
  return release === undefined ? undefined : { tool: 'Helm', name: release };
}

export function keeperText(object: KubeObject): string {
  const keeper = keeperOf(object);
  return keeper === undefined ? '' : `${keeper.tool}: ${keeper.name}`;
}
