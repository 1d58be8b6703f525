/** Puts exported manifests into the embedded cluster: what its packets can be tried on. */
import type { Cluster, Kind, Kinds } from '../cluster/cluster.ts';
import { manifestFiles } from '../snapshot/files.ts';
import { readManifests } from '../snapshot/manifests.ts';
import type { KubeObject, ServiceObject } from '../snapshot/snapshot.ts';
import { type Workload, workloadsOf } from '../snapshot/workloads.ts';

/**
 * Namespaces, Services, policies and pods. Images of real workloads do not run there: their pods wait for ever, which
 * is enough for policies to select them.
 */
export async function seedSandbox(cluster: Cluster, folder: string): Promise<void> {
  const snapshot = await readManifests(folder, manifestFiles, () => Date.now());
  const { namespaces, services, policies } = snapshot;
  const there = new Set((await cluster.list('Namespace')).map(({ metadata }) => metadata?.name));
  for (const namespace of namespaces) {
    if (!there.has(namespace.metadata.name)) await create(cluster, 'Namespace', namespace);
  }
  for (const service of services.filter(({ metadata }) => metadata.name !== 'kubernetes')) {
    await create(cluster, 'Service', { ...service, spec: insideOnly(service) });
  }
  for (const policy of policies) await create(cluster, 'NetworkPolicy', policy);
  for (const [index, workload] of workloadsOf(snapshot).entries()) {
    await create(cluster, 'Pod', podOf(workload, index));
  }
}

function podOf({ namespace, name, labels, facts }: Workload, index: number): KubeObject {
  const containers = facts.containers.map(({ name: container, image, ports }) => ({
    name: container,
    image,
    ports,
  }));
  const metadata = { name: `${name}-${index}`, namespace, labels };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } };
}

/** The sandbox gives no addresses outside of it, and chooses those inside itself. */
function insideOnly({ spec }: ServiceObject): object {
  const ports = (spec?.ports ?? []).map((port) => ({ ...(port as object), nodePort: undefined }));
  return { selector: spec?.selector, ports };
}

async function create(
  cluster: Cluster,
  kind: Kind,
  { apiVersion, metadata, spec }: KubeObject,
): Promise<void> {
  const { name, namespace, labels } = metadata;
  const object = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), labels }, spec };
  await cluster.create(kind, JSON.parse(JSON.stringify(object)) as Kinds[typeof kind]);
}
