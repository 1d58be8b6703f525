import { type Detector, enforcing } from '../detector.ts';
import type { Facts } from '../facts.ts';

const configured =
  (type: string) =>
  ({ openshiftNetwork }: Facts): readonly string[] =>
    openshiftNetwork === type ? [`networks.config.openshift.io/cluster: networkType ${type}`] : [];

export const ovnKubernetes: Detector = {
  id: 'ovn-kubernetes',
  name: 'OVN-Kubernetes',
  agent: { names: ['ovnkube-node'] },
  apiGroups: ['k8s.ovn.org'],
  traces: configured('OVNKubernetes'),
  annotations: ['k8s.ovn.org/node-subnets'],
  describe: () => ({
    role: 'enforcer',
    enforces: enforcing({ adminPolicies: 'yes' }),
    weaknesses: ['connections of a pod to itself through its Service are always allowed'],
    deny: { style: 'drop' },
    startUp: { pods: 'unknown' },
  }),
};

export const openshiftSdn: Detector = {
  id: 'openshift-sdn',
  name: 'OpenShift SDN',
  agent: { names: ['sdn'], container: 'sdn' },
  traces: configured('OpenShiftSDN'),
  describe: () => ({
    role: 'enforcer',
    enforces: enforcing({
      egress: 'unknown',
      except: 'unknown',
      endPort: 'unknown',
      sctp: 'unknown',
      adminPolicies: 'no',
    }),
    weaknesses: ['only in its NetworkPolicy mode; in the modes Subnet and Multitenant it enforces none'],
    deny: { style: 'drop' },
    startUp: { pods: 'unknown' },
  }),
};
