/** The network plugins and policy engines that netproof knows; adding one is one file and one line here. */
import type { Detector } from './detector.ts';
import { antrea } from './families/antrea.ts';
import { awsVpcCni, eksAutoMode } from './families/aws.ts';
import { azureCns, azureNpm } from './families/azure.ts';
import { calico, canal } from './families/calico.ts';
import { cilium } from './families/cilium.ts';
import { flannel } from './families/flannel.ts';
import { kindnet, kubeNetworkPolicies } from './families/kube-network-policies.ts';
import { kubeOvn } from './families/kube-ovn.ts';
import { k3s, kubeRouter } from './families/kube-router.ts';
import { LEGACY } from './families/legacy.ts';
import { dockerDesktop, minikubeBridge, multus, ociNative, spiderpool } from './families/network-only.ts';
import { openshiftSdn, ovnKubernetes } from './families/openshift.ts';
import { sandbox } from './families/sandbox.ts';
import { terway } from './families/terway.ts';
import { weave } from './families/weave.ts';

export const DETECTORS: readonly Detector[] = [
  calico,
  canal,
  cilium,
  antrea,
  weave,
  kubeRouter,
  k3s,
  kubeNetworkPolicies,
  kindnet,
  flannel,
  awsVpcCni,
  eksAutoMode,
  azureNpm,
  azureCns,
  ovnKubernetes,
  openshiftSdn,
  kubeOvn,
  terway,
  ociNative,
  spiderpool,
  multus,
  dockerDesktop,
  minikubeBridge,
  ...LEGACY,
  sandbox,
];
