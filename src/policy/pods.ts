/** Pods as policies see them. */
import type { V1ObjectMeta, V1OwnerReference, V1Pod, V1PodSpec } from '../cluster/types.ts';
import { labelsOf, textsOf } from './manifest.ts';
import { protocolOf } from './rules.ts';
import type { PodPort, PolicyPod, WorkloadRef } from './world.ts';

/** What controls a ReplicaSet or Job, by the latter's uid. */
export type Controllers = ReadonlyMap<string, WorkloadRef>;

export function controllers(owned: readonly { readonly metadata: V1ObjectMeta }[]): Controllers {
  const above = new Map<string, WorkloadRef>();
  for (const { metadata } of owned) {
    const controller = controllerOf(metadata);
    if (metadata.uid !== undefined && controller !== undefined) above.set(metadata.uid, controller);
  }
  return above;
}

export function podOf({ metadata, spec, status }: V1Pod, above: Controllers): PolicyPod {
  const owner = ownerOf(metadata, above);
  const ips = textsOf((status?.podIPs ?? []).map(({ ip }) => ip));
  return {
    namespace: metadata?.namespace ?? 'default',
    name: metadata?.name ?? '',
    labels: labelsOf(metadata?.labels),
    ips: ips.length === 0 && status?.podIP ? textsOf([status.podIP]) : ips,
    ...(spec?.nodeName ? { node: spec.nodeName } : {}),
    ...networkOf(spec),
    ...(owner && { owner }),
    fromTemplate: false,
  };
}

/** Its address may be another pod's by now. */
export function isOver({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function networkOf(spec: V1PodSpec | undefined): Pick<PolicyPod, 'hostNetwork' | 'ports'> {
  // A sidecar is an init container that goes on; others are over when the pod serves.
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [...(spec?.containers ?? []), ...sidecars];
  return {
    hostNetwork: spec?.hostNetwork === true,
    ports: containers.flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ name, protocol: written, containerPort }): readonly PodPort[] => {
        const protocol = protocolOf(written);
        return protocol === undefined ? [] : [{ ...(name && { name }), protocol, containerPort }];
      }),
    ),
  };
}

function ownerOf(metadata: V1ObjectMeta | undefined, above: Controllers): WorkloadRef | undefined {
  const direct = controllerOf(metadata);
  if (direct === undefined) return undefined;
  const { kind, name } = above.get(direct.uid) ?? direct;
  // A Deployment calls its ReplicaSets after itself and the hash that it labels the pods with.
  const suffix = `-${metadata?.labels?.['pod-template-hash']}`;
  return kind === 'ReplicaSet' && name.endsWith(suffix)
    ? { kind: 'Deployment', name: name.slice(0, -suffix.length) }
    : { kind, name };
}

/** Anything may stand in a manifest where the references should. */
export function controllerOf(metadata: V1ObjectMeta | undefined): V1OwnerReference | undefined {
  const references: unknown = metadata?.ownerReferences;
  if (!Array.isArray(references)) return undefined;
  return references.find((reference: V1OwnerReference | null) => reference?.controller === true);
}
