/** Plugins that carry packets and enforce nothing. */
import { type Detector, networkOnly } from '../detector.ts';

export const ociNative: Detector = {
  id: 'oci-vcn-native',
  name: 'OCI VCN-native pod networking',
  agent: { names: ['vcn-native-ip-cni'], image: /oke-public-vcn-native-ip-cni/ },
  describe: () => networkOnly(['OCI VCN-native pod networking enforces no policy: install Calico beside it']),
};

export const spiderpool: Detector = {
  id: 'spiderpool',
  name: 'Spiderpool',
  agent: { names: ['spiderpool-agent'], image: /(^|\/)spiderpool-agent(:|@|$)/ },
  apiGroups: ['spiderpool.spidernet.io'],
  describe: () => networkOnly(['Spiderpool manages addresses; policies need another plugin beside it']),
};

export const multus: Detector = {
  id: 'multus',
  name: 'Multus',
  agent: { names: ['kube-multus-ds', 'kube-multus-ds-amd64', 'multus'], image: /(^|\/)multus(-cni)?(:|@|$)/ },
  apiGroups: ['k8s.cni.cncf.io'],
  describe: () => networkOnly(["NetworkPolicies cover a pod's first interface only, whoever enforces them"]),
};

export const dockerDesktop: Detector = {
  id: 'docker-desktop',
  name: "Docker Desktop's bridge",
  traces: ({ nodes, workloads }) =>
    workloads.some(({ installsCni }) => installsCni)
      ? []
      : nodes
          .filter(({ osImage }) => osImage === 'Docker Desktop')
          .map(({ name }) => `node ${name}: Docker Desktop, and no DaemonSet of a network plugin`),
  describe: () => networkOnly(["Docker Desktop's kubeadm cluster enforces no policy"]),
};

export const minikubeBridge: Detector = {
  id: 'minikube-bridge',
  name: "minikube's bridge",
  traces: ({ nodes, workloads, allDaemonSets }) =>
    !allDaemonSets || workloads.some(({ installsCni }) => installsCni)
      ? []
      : nodes
          .filter(({ labels }) => labels['minikube.k8s.io/name'] !== undefined)
          .map(({ name }) => `node ${name}: minikube, and no DaemonSet of a network plugin`),
  describe: () => networkOnly(["minikube's bridge enforces no policy: start minikube with --cni=calico"]),
};
