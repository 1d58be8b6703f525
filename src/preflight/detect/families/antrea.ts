import { type Detector, enforcing } from '../detector.ts';

const CONTROLLER = { configMap: 'antrea-config', key: 'antrea-controller.conf' } as const;
const ADMIN_GATE = /^\s*(AdminNetworkPolicy|ClusterNetworkPolicy):\s*true\b/m;

export const antrea: Detector = {
  id: 'antrea',
  name: 'Antrea',
  agent: {
    names: ['antrea-agent'],
    image: /(^|\/)antrea-(agent-)?(ubuntu|ubi|debian)(:|@|$)/,
    container: 'antrea-agent',
  },
  apiGroups: ['crd.antrea.io'],
  configMaps: [{ name: CONTROLLER.configMap, keys: [CONTROLLER.key] }],
  describe: ({ value }) => {
    const gates = value(CONTROLLER);
    return {
      role: 'enforcer',
      // Feature gates, off by default.
      enforces: enforcing({
        adminPolicies: gates === undefined ? 'unknown' : ADMIN_GATE.test(gates) ? 'yes' : 'no',
      }),
      weaknesses: [
        "Antrea's own policies can override NetworkPolicies, and may reject instead of dropping",
        // docs/design/ovs-pipeline.md
        "connections of a pod to itself through its Service, and the kubelet's probes, pass unfiltered",
      ],
      deny: { style: 'drop' },
      startUp: { pods: 'unknown' },
    };
  },
};
