/** The `scale` subresource of workloads. */
import { type JsonObject, type KubeObject, isJsonObject, isRecord } from './object.ts';
import { badRequest } from './refusal.ts';

const replicasOf = (part: unknown): number => {
  const value = isRecord(part) ? part['replicas'] : undefined;
  return typeof value === 'number' ? value : 0;
};

function selectorText(object: KubeObject): string {
  const selector = isRecord(object.spec) && isRecord(object.spec['selector']) ? object.spec['selector'] : {};
  const labels = isRecord(selector['matchLabels']) ? selector['matchLabels'] : {};
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}

export const scaleOf = (object: KubeObject): JsonObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: {
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? '',
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
    creationTimestamp: object.metadata.creationTimestamp,
  },
  spec: { replicas: replicasOf(object.spec) },
  status: { replicas: replicasOf(object.status), selector: selectorText(object) },
});

/** The workload with the replicas that a Scale asks for. Throws 400. */
export function withScale(current: JsonObject, scale: JsonObject): JsonObject {
  const spec = isJsonObject(scale['spec']) ? scale['spec'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas))
    throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas must be an integer');
  const asked = isJsonObject(scale['metadata']) ? scale['metadata'] : {};
  const metadata = isJsonObject(current['metadata']) ? current['metadata'] : {};
  return {
    ...current,
    metadata: {
      ...metadata,
      ...(asked['resourceVersion'] ? { resourceVersion: asked['resourceVersion'] } : {}),
    },
    spec: { ...(isJsonObject(current['spec']) ? current['spec'] : {}), replicas },
  };
}
