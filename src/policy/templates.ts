/** Pods that workloads would have, for where there is no cluster to have them. */
import type { V1ObjectMeta, V1PodTemplateSpec } from '../cluster/types.ts';
import { labelsOf, readable } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { controllerOf, networkOf } from './pods.ts';
import type { PolicyPod } from './world.ts';

const WORKLOADS: readonly string[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
];

interface Spec {
  readonly template?: V1PodTemplateSpec;
  readonly jobTemplate?: { readonly spec?: Spec };
}

/** One pod per workload that has none and that no other workload makes; it is called like the workload. */
export function podsOfTemplates(
  manifests: readonly Manifest[],
  pods: readonly PolicyPod[],
  notes: string[],
): readonly PolicyPod[] {
  const present = new Set(pods.map(({ namespace, owner }) => keyOf(namespace, owner?.kind, owner?.name)));
  return manifests
    .filter(({ kind }) => WORKLOADS.includes(kind))
    .filter(({ metadata }) => !WORKLOADS.includes(controllerOf(metadata)?.kind ?? ''))
    .filter(({ kind, metadata }) => !present.has(keyOf(metadata.namespace ?? 'default', kind, metadata.name)))
    .flatMap((workload) => {
      const spec = workload.spec as Spec | null | undefined;
      const template = spec?.jobTemplate?.spec?.template ?? spec?.template;
      return readable(workload, () => podFrom(workload, template), notes);
    });
}

function keyOf(namespace: string, kind: string | undefined, name: string | undefined): string {
  return `${namespace}/${kind}/${name}`;
}

function podFrom({ kind, metadata }: Manifest, template: V1PodTemplateSpec | undefined): PolicyPod {
  const name = metadata.name ?? '';
  if (template === undefined) throw new Error('no template');
  const { metadata: meta, spec } = template;
  return {
    namespace: metadata.namespace ?? 'default',
    name,
    labels: { ...labelsOf(meta?.labels), ...addedLabels(kind, metadata) },
    ips: [],
    ...(spec?.nodeName ? { node: spec.nodeName } : {}),
    ...networkOf(spec),
    owner: { kind, name },
    fromTemplate: true,
  };
}

/** A Job labels its pods with its own name; what other controllers add is not known before they do. */
function addedLabels(kind: string, metadata: V1ObjectMeta): Readonly<Record<string, string>> {
  const name = metadata.name ?? '';
  return kind === 'Job' ? { 'batch.kubernetes.io/job-name': name, 'job-name': name } : {};
}
