/** The embedded cluster without its network: store, API server, controllers, kubelets, put together. */
import type { Server } from 'node:https';
import { Guard } from './api/auth/guard.ts';
import { Tokens } from './api/auth/tokens.ts';
import { clusterIps } from './api/cluster-ip.ts';
import { Lists } from './api/listing.ts';
import { Rest } from './api/rest.ts';
import { loadModel } from './api/schema.ts';
import { createApi } from './api/server.ts';
import { Store } from './api/store.ts';
import type { Certificate } from './certificate.ts';
import { keepBooks } from './control/bookkeeping.ts';
import type { ControlContext } from './control/context.ts';
import { controlDeployments } from './control/deployments.ts';
import { controlEndpoints } from './control/endpoints.ts';
import { controlForwarding } from './control/forwarding.ts';
import { collectGarbage } from './control/garbage.ts';
import { seedRoles } from './control/roles.ts';
import { controlNamespaces } from './control/namespaces.ts';
import { runNodes } from './control/nodes.ts';
import { recorder } from './control/recorder.ts';
import { controlReplicaSets } from './control/replicas.ts';
import { schedulePods } from './control/scheduler.ts';
import { type SystemAddresses, seed } from './control/system.ts';
import type { Network } from './network/network.ts';
import { Kubelets } from './node/kubelet.ts';

export interface ClusterOptions {
  readonly network: Network;
  readonly addresses: SystemAddresses;
  readonly serviceCidr: string;
  readonly certificate: Certificate;
  /** Of the user who may do everything; others get theirs from TokenRequests. */
  readonly token: string;
  /** A folder of its own for logs and pods' files. */
  readonly folder: string;
  readonly onFault: (message: string) => void;
  readonly now?: () => number;
}

export interface EmbeddedCluster {
  readonly store: Store;
  /** An API server that listens nowhere yet; each call makes one more, all over the same cluster. */
  api(): Server;
  /** Stops the clocks. Processes end with the daemon, whose namespaces they live in. */
  stop(): void;
}

export async function startCluster(options: ClusterOptions): Promise<EmbeddedCluster> {
  const { network, addresses, certificate, token, folder, onFault, now = Date.now } = options;
  const store = new Store(now);
  const rest = new Rest({ store, now, allocateClusterIp: clusterIps(options.serviceCidr, store) });
  const record = recorder(store, now);
  const context: ControlContext = { rest, store, now, record };
  // The ReplicaSet controller creates pods without a request that would load the model.
  await loadModel('V1Pod');
  collectGarbage(context);
  schedulePods(context);
  controlEndpoints(context);
  controlReplicaSets(context);
  controlDeployments(context);
  keepBooks(context);
  const dnsServer = addresses.dnsServiceIP;
  const kubelets = new Kubelets({ store, network, record, now, folder, dnsServer, onFault });
  seedRoles(store);
  seed(store, network, addresses, now);
  controlNamespaces(context, certificate.certificate);
  kubelets.start();
  const stopNodes = runNodes(store, network.nodes, now);
  controlForwarding(store, network, onFault);
  const lists = new Lists(store);
  const tokens = new Tokens(store, now);
  const guard = new Guard(token, tokens, store);
  return {
    store,
    api: () => createApi({ rest, lists, logs: kubelets, guard, tokens, ...certificate }),
    stop: stopNodes,
  };
}
