import type { Switch } from '../../../model/detection.ts';
import {
  type Description,
  type Detector,
  enforcing,
  type Found,
  type SwitchRule,
  unclear,
} from '../detector.ts';
import type { NodeFact } from '../facts.ts';

const CONFIG = { name: 'amazon-vpc-cni', keys: ['enable-network-policy-controller'] };
const CONTROLLER = { configMap: CONFIG.name, key: 'enable-network-policy-controller' } as const;
const MODE = 'NETWORK_POLICY_ENFORCING_MODE';
const REMEDY = 'set enableNetworkPolicy: "true" in the configuration of the VPC CNI add-on';

const SWITCHES: readonly SwitchRule[] = [
  {
    at: { flag: 'enable-network-policy' },
    is: /^false$/i,
    effect: 'off',
    means: 'the node agent enforces no policy',
    remedy: REMEDY,
  },
  {
    at: CONTROLLER,
    is: /^false$/i,
    effect: 'off',
    means: 'the controller hands no policy to the nodes',
    remedy: REMEDY,
  },
];

const NO_AGENT: Switch = {
  fact: 'DaemonSet aws-node has no container aws-eks-nodeagent',
  effect: 'off',
  means: 'this VPC CNI cannot enforce policies',
  remedy: `update the VPC CNI add-on to 1.14 or later, and ${REMEDY}`,
};

/** The EKS user guide on network policies, and aws-network-policy-agent. */
const ENGINE: Description = {
  role: 'enforcer',
  enforces: enforcing({ sctp: 'unknown', adminPolicies: 'no' }),
  weaknesses: [
    'only on EC2 Linux nodes, on the first interface of a pod, for one IP family',
    'at most 24 combinations of port and protocol per address range',
    "a Service's port must be its container's port",
    'pods whose names differ only after the last hyphen share their rules',
    'the bandwidth plugin breaks enforcement',
    'cluster-wide policies only as a kind of its own, in networking.k8s.aws',
  ],
  deny: { style: 'drop' },
  startUp: { pods: 'open', note: `${MODE}=standard: a new pod is open until its policies are there` },
};

export const awsVpcCni: Detector = {
  id: 'aws-vpc-cni',
  name: 'AWS VPC CNI',
  agent: { names: ['aws-node'], image: /(^|\/)amazon-k8s-cni(:|@|$)/, container: 'aws-node' },
  configMaps: [CONFIG],
  environment: [MODE],
  describe: (found) => ({
    ...ENGINE,
    switches: [
      ...(found.container('aws-eks-nodeagent') === undefined ? [NO_AGENT] : []),
      ...found.switches(SWITCHES),
    ],
    ...(found.value({ env: MODE }) === 'strict'
      ? {
          startUp: {
            pods: 'closed',
            note: `${MODE}=strict: pods that no policy selects are isolated at their start, too`,
          } as const,
        }
      : {}),
  }),
};

/** There the agent runs outside the cluster's sight; the ConfigMap alone switches it on. */
export const eksAutoMode: Detector = {
  id: 'eks-auto-mode',
  name: 'AWS VPC CNI (EKS Auto Mode)',
  traces: ({ nodes }) =>
    nodes
      .filter(isAuto)
      .map(({ name }) => `node ${name}: label eks.amazonaws.com/compute-type=auto`)
      .slice(0, 1),
  configMaps: [CONFIG],
  describe: autoMode,
};

function autoMode({ facts, value, switches }: Found): Description {
  const known = value(CONTROLLER);
  if (known !== undefined) return { ...ENGINE, switches: switches(SWITCHES) };
  if (facts.unread.some(({ what }) => what.endsWith(`/${CONFIG.name}`))) {
    return unclear(`ConfigMap ${CONFIG.name}, which switches policies on, could not be read`);
  }
  const missing: Switch = {
    fact: `no ConfigMap kube-system/${CONFIG.name} with enable-network-policy-controller`,
    effect: 'off',
    means: 'Auto Mode enforces no policy until it is told to',
    remedy: 'create it with enable-network-policy-controller: "true"',
  };
  return { ...ENGINE, switches: [missing] };
}

function isAuto({ labels }: NodeFact): boolean {
  return labels['eks.amazonaws.com/compute-type'] === 'auto';
}
