import { type Detector, enforcing, type Found, type SwitchRule } from '../detector.ts';
import { isAtLeast } from '../version.ts';

const CONFIG = 'cilium-config';
const key = (name: string) => ({ configMap: CONFIG, key: name });

/** Documentation/security/policy/intro and the chart's cilium-configmap.yaml. */
const SWITCHES: readonly SwitchRule[] = [
  {
    at: key('enable-policy'),
    is: /^never$/i,
    effect: 'off',
    means: 'no policy is enforced',
    remedy: 'set policyEnforcementMode: default (enable-policy) and restart the agents',
  },
  {
    at: key('enable-k8s-networkpolicy'),
    is: /^false$/i,
    effect: 'off',
    means: 'NetworkPolicies are not read',
    remedy: 'set enable-k8s-networkpolicy: "true" and restart the agents',
  },
  {
    at: key('policy-audit-mode'),
    is: /^true$/i,
    effect: 'off',
    means: 'denied packets are logged and pass',
    remedy: 'set policyAuditMode: false (policy-audit-mode) and restart the agents',
  },
];

/** Its own, GKE's Dataplane V2 (anetd), and the one of Azure CNI. */
export const cilium: Detector = {
  id: 'cilium',
  name: 'Cilium',
  agent: {
    names: ['cilium', 'anetd'],
    image: /(^|[/-])cilium[/-]cilium(:|@|$)/,
    container: 'cilium-agent',
  },
  apiGroups: ['cilium.io'],
  configMaps: [
    {
      name: CONFIG,
      keys: [
        'enable-policy',
        'enable-k8s-networkpolicy',
        'policy-audit-mode',
        'policy-deny-response',
        'enable-sctp',
        'enable-k8s-cluster-network-policy',
        'cni-chaining-mode',
      ],
    },
  ],
  describe: (found) => {
    const { version, value, switches } = found;
    const endPort = isAtLeast(version, [1, 17]);
    return {
      name: nameOf(found),
      role: 'enforcer',
      enforces: enforcing({
        // cilium/cilium issue 28684.
        endPort: endPort === undefined ? 'unknown' : endPort ? 'yes' : 'no',
        sctp: value(key('enable-sctp')) === 'true' ? 'yes' : 'no',
        adminPolicies: value(key('enable-k8s-cluster-network-policy')) === 'true' ? 'yes' : 'no',
      }),
      weaknesses: weaknesses(found, endPort),
      switches: switches(SWITCHES),
      deny:
        value(key('policy-deny-response')) === 'icmp'
          ? { style: 'reject', note: 'policy-deny-response: icmp, for IPv4 egress' }
          : { style: 'drop' },
      startUp: { pods: 'closed', note: "a pod starts when its endpoint's policies are computed" },
    };
  },
};

function weaknesses({ value }: Found, endPort: boolean | undefined): string[] {
  return [
    // cilium/cilium issue 9209; node addresses can be matched from 1.15 with policy-cidr-match-mode.
    'an ipBlock never matches the addresses of pods, and those of nodes only if told to',
    ...(endPort === false ? ['endPort is ignored before 1.17: of a range, only the first port matches'] : []),
    ...(value(key('enable-policy'))?.toLowerCase() === 'always'
      ? ['enable-policy: always isolates pods that no policy selects, too']
      : []),
    'audit mode of a single endpoint is not visible in the API',
    // Both seen with 1.15.19: Endpoint.GetNamedPort in pkg/endpoint/policy.go, and pkg/k8s/network_policy.go.
    'a named port in an egress rule stands for one number, whichever pod is behind it',
    'rules of a direction that policyTypes leaves out are in force',
  ];
}

function nameOf({ agents, facts, value }: Found): string {
  if (agents.some(({ name }) => name === 'anetd')) return 'Cilium (GKE Dataplane V2)';
  if (facts.workloads.some(({ name }) => name === 'azure-cns')) return 'Cilium (Azure CNI)';
  const chained = value(key('cni-chaining-mode'));
  return chained === undefined || chained === 'none' ? 'Cilium' : `Cilium (chained: ${chained})`;
}
