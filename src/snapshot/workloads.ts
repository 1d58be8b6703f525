/** Pods, and what templates would make where there are no pods, as the workloads that a person would name. */
import { keepPodSpec, mapAt } from './keep.ts';
import type { KubeObject, PodFacts, Snapshot } from './snapshot.ts';

export interface Workload {
  readonly namespace: string;
  /** `Deployment`, …, or `Pod` for one that nobody owns. */
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: PodFacts;
}

/** One per pod, and one per template of manifests. */
export function workloadsOf({ pods, workloads }: Snapshot): Workload[] {
  return [
    ...pods.map((pod): Workload => ({
      namespace: pod.metadata.namespace ?? 'default',
      ...ownerOf(pod),
      labels: pod.metadata.labels ?? {},
      facts: pod.spec,
    })),
    ...workloads.map(templated),
  ];
}

/** A Deployment's pods are owned by a ReplicaSet that is called after it with the template's hash. */
export function ownerOf({ metadata: { name, labels = {}, ownerReferences = [] } }: KubeObject): {
  readonly kind: string;
  readonly name: string;
} {
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner === undefined) return { kind: 'Pod', name };
  const hash = labels['pod-template-hash'];
  return owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)
    ? { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) }
    : { kind: owner.kind, name: owner.name };
}

function templated({ kind, metadata, spec }: KubeObject): Workload {
  const holder = kind === 'CronJob' ? mapAt(mapAt(spec, 'jobTemplate'), 'spec') : spec;
  const template = mapAt(holder, 'template');
  const labels = mapAt(mapAt(template, 'metadata'), 'labels') as Readonly<Record<string, string>>;
  const facts = keepPodSpec(mapAt(template, 'spec'));
  return { namespace: metadata.namespace ?? 'default', kind, name: metadata.name, labels, facts };
}
