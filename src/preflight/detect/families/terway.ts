import { type Detector, enforcing } from '../detector.ts';

/** Alibaba Cloud's; policies are enforced by Felix or Cilium inside its pods. */
export const terway: Detector = {
  id: 'terway',
  name: 'Terway',
  agent: {
    names: ['terway', 'terway-eni', 'terway-eniip', 'terway-controlplane'],
    image: /(^|\/)terway(:|@|$)/,
  },
  // The same ConfigMap may hold an access key, under another key.
  configMaps: [{ name: 'eni-config', keys: ['disable_network_policy'] }],
  describe: ({ switches }) => ({
    role: 'enforcer',
    enforces: enforcing({
      except: 'unknown',
      endPort: 'unknown',
      sctp: 'unknown',
      namedPorts: 'unknown',
    }),
    weaknesses: ['not on nodes whose pods have network interfaces of their own (exclusive ENI)'],
    switches: switches([
      {
        at: { configMap: 'eni-config', key: 'disable_network_policy' },
        is: /^"?true"?$/i,
        effect: 'off',
        means: 'Terway enforces no policy',
        remedy: 'set disable_network_policy: "false" in kube-system/eni-config and restart the agents',
      },
    ]),
    deny: { style: 'unknown' },
    startUp: { pods: 'unknown' },
  }),
};
