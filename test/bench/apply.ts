/** The mesh's namespaces and policies without a run, for the floor. */
import { systemClock } from '../../src/cluster/clock.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { ANNOTATION, RUN_LABEL } from '../../src/model/labels.ts';
import { type Mesh, policiesOf } from './mesh.ts';

const GOING_MS = 60_000;
const POLL_MS = 100;

/** Whatever becomes of `work`, what was created is deleted; it carries the run's marks, for `netproof cleanup`. */
export async function withMesh<T>(
  cluster: Cluster,
  mesh: Mesh,
  runId: string,
  work: () => Promise<T>,
): Promise<T> {
  const uids = new Map<string, string>();
  try {
    for (const name of mesh.namespaces) {
      await gone(cluster, name);
      uids.set(name, await createNamespace(cluster, name, runId));
      for (const policy of policiesOf(mesh, name))
        await cluster.create('NetworkPolicy', policy as V1NetworkPolicy);
    }
    return await work();
  } finally {
    for (const [name, uid] of uids) await cluster.delete('Namespace', undefined, name, uid);
  }
}

async function createNamespace(cluster: Cluster, name: string, runId: string): Promise<string> {
  const created = await cluster.create('Namespace', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { [RUN_LABEL]: runId },
      annotations: { [ANNOTATION.createdByRun]: runId },
    },
  });
  return created.metadata?.uid ?? '';
}

/** The run's own, deleted a moment ago: that takes real clusters some seconds. */
async function gone(cluster: Cluster, namespace: string): Promise<void> {
  const giveUpAt = systemClock.now() + GOING_MS;
  while (await cluster.get('Namespace', undefined, namespace)) {
    if (systemClock.now() > giveUpAt) throw new Error(`namespace ${namespace} does not go`);
    await systemClock.wait(POLL_MS);
  }
}
