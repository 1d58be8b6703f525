import {
  type Description,
  type Detector,
  enforcing,
  type Found,
  networkOnly,
  type SwitchRule,
  unclear,
} from '../detector.ts';
import { isAtLeast } from '../version.ts';

const ENGINE: Description = {
  role: 'enforcer',
  enforces: enforcing(),
  weaknesses: [
    'in strict mode, what is established is judged again at most every 30 s',
    'DNS over UDP has a path of its own',
  ],
  deny: { style: 'drop' },
  startUp: { pods: 'unknown' },
};

/** The default of --fail-open was changed between releases, so only what is written down counts. */
const FAIL_OPEN: SwitchRule = {
  at: { flag: 'fail-open' },
  is: /^true$/i,
  effect: 'weakens',
  means: "a node's pods are open while its agent is down",
  remedy: 'set --fail-open=false in the DaemonSet',
};

/** By itself, or as one more container in flannel's pods. */
export const kubeNetworkPolicies: Detector = {
  id: 'kube-network-policies',
  name: 'kube-network-policies',
  agent: { names: ['kube-network-policies'], image: /(^|\/)kube-network-policies(:|@|$)/ },
  describe: ({ version, value, switches }) => ({
    ...ENGINE,
    enforces: enforcing({
      adminPolicies:
        version?.includes('npa') || value({ flag: 'admin-network-policy' }) === 'true' ? 'yes' : 'no',
    }),
    switches: switches([FAIL_OPEN]),
  }),
};

/** kind's own plugin, also that of Docker Desktop's kind mode; it enforces by kube-network-policies inside. */
export const kindnet: Detector = {
  id: 'kindnet',
  name: 'kindnet',
  agent: { names: ['kindnet'], image: /(^|\/)kindnetd(:|@|$)/ },
  clusterRoles: ['kindnet'],
  describe: (found) => {
    const able = enforces(found);
    if (able === undefined) return unclear('whether this version of kindnet enforces could not be told');
    if (!able) return networkOnly(['kindnet enforces policies from kind 0.24 on (kindnetd v20240813)']);
    return {
      ...ENGINE,
      enforces: enforcing({ adminPolicies: 'no' }),
      weaknesses: ["a node's pods are open while its agent is down"],
      switches: found.switches([
        {
          at: { flag: 'network-policy' },
          is: /^false$/i,
          effect: 'off',
          means: 'kindnet enforces no policy',
          remedy: 'set --network-policy=true in the DaemonSet',
        },
      ]),
    };
  },
};

/** By its date, or by its right to read policies, which its role has only if it enforces them. */
function enforces({ version, facts }: Found): boolean | undefined {
  const byDate = isAtLeast(version, [20240813]);
  if (byDate !== undefined) return byDate;
  const role = facts.clusterRoles.find(({ name }) => name === 'kindnet');
  return role?.resources.includes('networkpolicies');
}
