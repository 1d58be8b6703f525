import type { Cluster } from '../../src/cluster/cluster.ts';
import { connect } from '../../src/cluster/connect.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { type FastClock, fastClock } from './fast-clock.ts';

export interface Connected {
  readonly server: ApiServer;
  readonly cluster: Cluster;
  readonly clock: FastClock;
}

/** A client of a server of its own, with time that passes at once. */
export async function connected(): Promise<Connected> {
  const server = await startApiServer();
  const clock = fastClock();
  const cluster = await connect({ kubeconfig: server.kubeconfig() }, { env: {}, clock });
  return { server, cluster, clock };
}
