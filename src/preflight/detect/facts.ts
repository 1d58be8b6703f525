/** What detection goes by: a snapshot of excerpts from the API, plain data that can be saved and read again. */
import type { Unread } from '../../model/detection.ts';

export interface Facts {
  /** API groups with a version, e.g. `cilium.io/v2`. */
  readonly apis: readonly string[];
  readonly workloads: readonly WorkloadFact[];
  readonly configMaps: readonly ConfigMapFact[];
  readonly clusterRoles: readonly ClusterRoleFact[];
  readonly nodes: readonly NodeFact[];
  readonly agentPods: readonly AgentPodFact[];
  /** Namespaces that a mesh is told to take in. */
  readonly meshed: readonly MeshedNamespace[];
  /** `status.networkType` of networks.config.openshift.io/cluster. */
  readonly openshiftNetwork?: string;
  readonly calico: CalicoFact;
  /** False where DaemonSets were not listed in all namespaces: then one that is not here may exist. */
  readonly allDaemonSets: boolean;
  readonly unread: readonly Unread[];
}

export interface WorkloadFact {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly ContainerFact[];
  /** It puts files into the nodes' CNI folders, as network plugins do. */
  readonly installsCni: boolean;
}

export interface ContainerFact {
  readonly name: string;
  readonly image: string;
  /** Command and arguments; empty for a workload that no detector knows. */
  readonly args: readonly string[];
  /** Only the variables that a detector asks for. */
  readonly env: Readonly<Record<string, string>>;
}

/** Only the keys that a detector asks for: others may hold secrets. */
export interface ConfigMapFact {
  readonly namespace: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface ClusterRoleFact {
  readonly name: string;
  readonly resources: readonly string[];
}

export interface NodeFact {
  readonly name: string;
  readonly os: string;
  readonly kubelet: string;
  readonly runtime: string;
  readonly osImage: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Only those that a detector asks for. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** A pod of a DaemonSet that a detector knows. */
export interface AgentPodFact {
  readonly namespace: string;
  readonly workload: string;
  readonly node: string;
  readonly ready: boolean;
}

export interface MeshedNamespace {
  readonly name: string;
  readonly mesh: string;
}

/** From Felix' configuration and the operator's, where Calico has them. */
export interface CalicoFact {
  /** `iptablesFilterDenyAction` or `nftablesFilterDenyAction`. */
  readonly denyAction?: string;
  /** `spec.cni.type` of the installation: another plugin than Calico's own where Calico only enforces. */
  readonly cni?: string;
  readonly setupTimeoutSeconds?: number;
}

export const NO_FACTS: Facts = {
  apis: [],
  workloads: [],
  configMaps: [],
  clusterRoles: [],
  nodes: [],
  agentPods: [],
  meshed: [],
  calico: {},
  allDaemonSets: false,
  unread: [],
};
