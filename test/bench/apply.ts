/** The mesh's namespaces and policies without a run, for the floor. */
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { type Mesh, policiesOf } from './mesh.ts';

export async function applyMesh(cluster: Cluster, mesh: Mesh): Promise<void> {
  for (const name of mesh.namespaces) {
    await cluster.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const policy of policiesOf(mesh, name))
      await cluster.create('NetworkPolicy', policy as V1NetworkPolicy);
  }
}

export async function removeMesh(cluster: Cluster, mesh: Mesh): Promise<void> {
  for (const name of mesh.namespaces) {
    const namespace = await cluster.get('Namespace', undefined, name);
    await cluster.delete('Namespace', undefined, name, namespace?.metadata?.uid ?? '');
  }
}
