import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterFacts } from '../model/record.ts';

export type { ClusterFacts } from '../model/record.ts';

/** What the evidence says about the cluster it was taken in. */
export async function clusterFacts(deps: {
  readonly cluster: Cluster;
  readonly sandbox: boolean;
}): Promise<ClusterFacts> {
  const [version, nodes] = await Promise.all([deps.cluster.version(), deps.cluster.list('Node')]);
  return {
    server: deps.cluster.server,
    context: deps.cluster.context,
    version,
    sandbox: deps.sandbox,
    nodes: nodes.map((node) => ({
      name: node.metadata?.name ?? '',
      kubelet: node.status?.nodeInfo?.kubeletVersion ?? '',
    })),
  };
}
