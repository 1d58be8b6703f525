/** Service meshes: their proxies answer for others, so that a connection that opens proves nothing by itself. */
import type { Mesh } from '../../model/detection.ts';
import type { Facts } from './facts.ts';

interface MeshKind {
  readonly id: string;
  readonly name: string;
  readonly daemonSets: readonly string[];
  readonly apiGroups: readonly string[];
  readonly means: string;
}

const SIDECAR =
  "a pod's proxy completes connections by itself; netproof's pods opt out, and count only signed answers";

const KINDS: readonly MeshKind[] = [
  {
    id: 'istio',
    name: 'Istio',
    daemonSets: ['istio-cni-node'],
    apiGroups: ['networking.istio.io', 'security.istio.io'],
    means: SIDECAR,
  },
  {
    id: 'istio-ambient',
    name: 'Istio ambient',
    daemonSets: ['ztunnel'],
    apiGroups: [],
    // istio.io, "Ambient and Kubernetes NetworkPolicy".
    means:
      'traffic between its pods is carried on port 15008, which is the port that NetworkPolicies see; probes of the kubelet come from 169.254.7.127',
  },
  {
    id: 'linkerd',
    name: 'Linkerd',
    daemonSets: ['linkerd-cni'],
    apiGroups: ['policy.linkerd.io', 'linkerd.io'],
    means: `${SIDECAR}; it waits up to 10 s for a connection to speak first`,
  },
  {
    id: 'kuma',
    name: 'Kuma',
    daemonSets: ['kuma-cni-node'],
    apiGroups: ['kuma.io'],
    means: SIDECAR,
  },
  {
    id: 'consul',
    name: 'Consul',
    daemonSets: ['consul-cni'],
    apiGroups: ['consul.hashicorp.com'],
    means: SIDECAR,
  },
];

/** Labels and annotations by which a namespace joins a mesh; `undefined` as the value stands for any. */
export const MESH_MARKS = [
  { mesh: 'istio', key: 'istio-injection', value: 'enabled' },
  { mesh: 'istio', key: 'istio.io/rev', value: undefined },
  { mesh: 'istio-ambient', key: 'istio.io/dataplane-mode', value: 'ambient' },
  { mesh: 'linkerd', key: 'linkerd.io/inject', value: 'enabled' },
  { mesh: 'kuma', key: 'kuma.io/sidecar-injection', value: 'enabled' },
] as const;

export function meshesOf(facts: Facts): Mesh[] {
  return KINDS.flatMap(({ id, name, means, ...signature }) => {
    const namespaces = facts.meshed.filter(({ mesh }) => mesh === id).map((one) => one.name);
    const evidence = [
      ...daemonSetsNamed(facts, signature.daemonSets).map(
        (workload) => `DaemonSet ${workload.namespace}/${workload.name}`,
      ),
      ...signature.apiGroups
        .filter((group) => servesGroup(facts, group))
        .map((group) => `API group ${group}`),
      ...namespaces.map((namespace) => `namespace ${namespace} joins it`),
    ];
    return evidence.length === 0 ? [] : [{ name, evidence, means, namespaces }];
  });
}

/** The part of a mesh that is chained to a network plugin. */
export function isMeshPlugin(name: string): boolean {
  return KINDS.some(({ daemonSets }) => daemonSets.includes(name));
}

export function servesGroup({ apis }: Facts, group: string): boolean {
  return apis.some((api) => api.startsWith(`${group}/`));
}

function daemonSetsNamed({ workloads }: Facts, names: readonly string[]) {
  return workloads.filter(({ kind, name }) => kind === 'DaemonSet' && names.includes(name));
}
