import { type Detector, enforcing } from '../detector.ts';

/** Flags of kube-ovn-controller; its chart sets them from values. */
export const kubeOvn: Detector = {
  id: 'kube-ovn',
  name: 'Kube-OVN',
  agent: { names: ['kube-ovn-cni'] },
  apiGroups: ['kubeovn.io'],
  controllers: ['kube-ovn-controller'],
  describe: ({ value, switches }) => ({
    role: 'enforcer',
    enforces: enforcing({ adminPolicies: value({ flag: 'enable-anp' }) === 'true' ? 'yes' : 'no' }),
    weaknesses: [
      'a policy annotated ovn.kubernetes.io/network_policy_enforcement: lax denies only TCP, UDP and SCTP',
    ],
    switches: switches([
      {
        at: { flag: 'enable-np' },
        is: /^false$/i,
        effect: 'off',
        means: 'Kube-OVN enforces no policy',
        remedy: 'set --enable-np=true on kube-ovn-controller',
      },
      {
        at: { flag: 'np-enforcement' },
        is: /^lax$/i,
        effect: 'weakens',
        means: 'only TCP, UDP and SCTP are denied',
        remedy: 'set --np-enforcement=standard on kube-ovn-controller',
      },
    ]),
    deny: { style: 'drop' },
    startUp: { pods: 'unknown' },
  }),
};
