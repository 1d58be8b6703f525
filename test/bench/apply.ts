/** The mesh's namespaces and policies without a run, for the floor. */
import { systemClock } from '../../src/cluster/clock.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { type Mesh, policiesOf } from './mesh.ts';

const GOING_MS = 60_000;
const POLL_MS = 100;

export async function applyMesh(cluster: Cluster, mesh: Mesh): Promise<void> {
  for (const name of mesh.namespaces) {
    await gone(cluster, name);
    await cluster.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const policy of policiesOf(mesh, name))
      await cluster.create('NetworkPolicy', policy as V1NetworkPolicy);
  }
}

/** A deleted namespace takes real clusters some seconds. */
async function gone(cluster: Cluster, namespace: string): Promise<void> {
  const giveUpAt = systemClock.now() + GOING_MS;
  while (await cluster.get('Namespace', undefined, namespace)) {
    if (systemClock.now() > giveUpAt) throw new Error(`namespace ${namespace} does not go`);
    await systemClock.wait(POLL_MS);
  }
}

export async function removeMesh(cluster: Cluster, mesh: Mesh): Promise<void> {
  for (const name of mesh.namespaces) {
    const namespace = await cluster.get('Namespace', undefined, name);
    await cluster.delete('Namespace', undefined, name, namespace?.metadata?.uid ?? '');
  }
}
