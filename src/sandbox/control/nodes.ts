/** Node objects, and the leases by which each node says that it lives. */
import { arch, cpus, release, totalmem } from 'node:os';
import { type Node, microTimestamp, timestamp } from '../api/object.ts';
import type { Store } from '../api/store.ts';
import { VERSION } from '../api/version.ts';
import type { NodeNetwork } from '../network/network.ts';

const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
/** Above the usual 110: the sandbox has few nodes, and its pods are bare processes. */
const MAX_PODS = 500;

const newMeta = (name: string) => ({ name, uid: '', resourceVersion: '', creationTimestamp: '' });

const CONDITIONS = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

function nodeObject({ name, ip, podCIDR }: NodeNetwork, time: string): Node {
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  const size = {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: String(MAX_PODS),
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...newMeta(name),
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
      },
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      allocatable: size,
      capacity: size,
      conditions: CONDITIONS.map(([type, status, reason, message]) => ({
        type,
        status,
        reason,
        message,
        lastHeartbeatTime: time,
        lastTransitionTime: time,
      })),
      nodeInfo: {
        architecture,
        bootID: '',
        containerRuntimeVersion: `netproof://${process.version}`,
        kernelVersion: release(),
        kubeProxyVersion: VERSION,
        kubeletVersion: VERSION,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'netproof sandbox',
        systemUUID: '',
      },
    },
  };
}

function renew(store: Store, name: string, now: number): void {
  const namespace = 'kube-node-lease';
  const renewTime = microTimestamp(now);
  const known = store.get('leases.coordination.k8s.io', namespace, name);
  if (known) {
    store.replace('leases.coordination.k8s.io', { ...known, spec: { ...known.spec, renewTime } });
    return;
  }
  store.create('leases.coordination.k8s.io', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...newMeta(name), namespace },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
  });
}

/** Creates the nodes and keeps their leases renewed; the returned function stops that. */
export function runNodes(store: Store, nodes: readonly NodeNetwork[], now: () => number): () => void {
  for (const node of nodes) store.create('nodes', nodeObject(node, timestamp(now())));
  const renewAll = (): void => nodes.forEach(({ name }) => renew(store, name, now()));
  renewAll();
  const timer = setInterval(renewAll, RENEW_MS);
  return () => clearInterval(timer);
}
