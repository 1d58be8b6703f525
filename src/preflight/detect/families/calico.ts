import type { Engine } from '../../../model/detection.ts';
import { type Description, type Detector, enforcing, type Found } from '../detector.ts';
import { isAtLeast } from '../version.ts';

const DENY_ACTIONS = ['FELIX_IPTABLESFILTERDENYACTION', 'FELIX_NFTABLESFILTERDENYACTION'];

/** MicroK8s, GKE without Dataplane V2 and the Tigera operator run the same DaemonSet. */
export const calico: Detector = {
  id: 'calico',
  name: 'Calico',
  agent: {
    names: ['calico-node'],
    image: /(^|[/-])calico[/-]node(:|@|$)/,
    container: 'calico-node',
    withoutContainer: 'kube-flannel',
  },
  apiGroups: ['crd.projectcalico.org', 'projectcalico.org', 'operator.tigera.io'],
  configMaps: [{ name: 'calico-config', keys: [] }],
  environment: DENY_ACTIONS,
  annotations: ['projectcalico.org/IPv4Address'],
  describe: (found) => ({ ...felix(found), ...nameOf(found) }),
};

/** Calico's policies over flannel's network; RKE and, as its default, RKE2 bring it. */
export const canal: Detector = {
  id: 'canal',
  name: 'Canal (Calico policies over flannel)',
  agent: {
    names: ['canal', 'rke2-canal'],
    image: /(^|[/-])calico[/-]node(:|@|$)/,
    container: 'calico-node',
    alsoContainer: 'kube-flannel',
  },
  apiGroups: ['crd.projectcalico.org'],
  configMaps: ['canal-config', 'rke2-canal-config'].map((name) => ({ name, keys: [] })),
  environment: DENY_ACTIONS,
  annotations: ['rke2.io/node-args'],
  describe: felix,
};

/** Felix is the part of Calico that enforces. */
function felix(found: Found): Description {
  // network-policy-api's list of implementations: AdminNetworkPolicy from 3.29, its successor from 3.32.
  const admin = isAtLeast(found.version, [3, 29]);
  return {
    role: 'enforcer',
    enforces: enforcing({ adminPolicies: admin === undefined ? 'unknown' : admin ? 'yes' : 'no' }),
    weaknesses: [
      'tiers and GlobalNetworkPolicies of Calico itself can override NetworkPolicies',
      'staged policies are recorded and not enforced',
    ],
    deny: denyStyle(found),
    startUp: startUp(found),
  };
}

function denyStyle({ facts, value }: Found): Engine['deny'] {
  const told = DENY_ACTIONS.map((env) => value({ env })).find((each) => each !== undefined);
  const action = told ?? facts.calico.denyAction;
  return action?.toLowerCase() === 'reject'
    ? { style: 'reject', note: "Felix' filter deny action is Reject" }
    : { style: 'drop' };
}

/** An interface that Felix does not know yet is denied (felix/rules/dispatch.go). */
function startUp({ facts }: Found): Engine['startUp'] {
  const seconds = facts.calico.setupTimeoutSeconds ?? 0;
  const waits = seconds > 0 ? `; a pod's start waits up to ${seconds} s for its policies` : '';
  return { pods: 'closed', note: `traffic is dropped until the policies are there${waits}` };
}

function nameOf({ facts }: Found): { readonly name?: string } {
  const { cni } = facts.calico;
  return cni === undefined || cni === 'Calico' ? {} : { name: `Calico (policies over ${cni})` };
}
