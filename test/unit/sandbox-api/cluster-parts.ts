/** The controllers around a store, as cluster.ts puts them together, over a network that carries nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rest } from '../../../src/sandbox/api/rest.ts';
import { clusterIps } from '../../../src/sandbox/api/cluster-ip.ts';
import { type EmbeddedCluster, startCluster } from '../../../src/sandbox/cluster.ts';
import { type FakeNetwork, fakeNetwork } from './fake-network.ts';

export interface Parts {
  readonly cluster: EmbeddedCluster;
  readonly rest: Rest;
  readonly network: FakeNetwork;
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Lets everything that was put off with setImmediate run, and what that puts off in turn. */
export async function settled(rounds = 20): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise((resolve) => setImmediate(resolve));
}

export async function parts(): Promise<Parts> {
  const network = fakeNetwork();
  const folder = mkdtempSync(join(tmpdir(), 'netproof-cluster-'));
  const faults: string[] = [];
  const cluster = await startCluster({
    network,
    addresses: {
      apiServiceIP: '10.96.0.1',
      api: { ip: '172.30.0.1', port: 6443 },
      dnsServiceIP: '10.96.0.10',
    },
    serviceCidr: '10.96.0.0/16',
    certificate: { key: '', certificate: 'pem' },
    token: 't',
    folder,
    onFault: (message) => faults.push(message),
  });
  const { store } = cluster;
  const rest = new Rest({ store, now: Date.now, allocateClusterIp: clusterIps('10.96.0.0/16', store) });
  return {
    cluster,
    rest,
    network,
    faults,
    close: async () => {
      cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
