import { type Description, type Detector, enforcing } from '../detector.ts';
import type { NodeFact } from '../facts.ts';

/** The policy engine that k3s has inside is kube-router's. */
const ENGINE: Description = {
  role: 'enforcer',
  enforces: enforcing({
    // cloudnativelabs/kube-router issue 1019 is open.
    sctp: 'unknown',
    adminPolicies: 'no',
  }),
  weaknesses: [
    'established connections are never cut',
    // One chain per policy: syncNetworkPolicyChains in pkg/controllers/netpol/policy.go, seen on 2.9.0.
    'between pods that one policy of both directions selects, rules of its one direction let pass what its other denies',
  ],
  deny: {
    style: 'reject',
    note: 'a denied connection is refused, exactly as by a closed port',
  },
  // docs/troubleshoot.md and pkg/controllers/netpol/pod.go.
  startUp: { pods: 'open', note: 'a new pod is open for some seconds, until its rules are written' },
};

export const kubeRouter: Detector = {
  id: 'kube-router',
  name: 'kube-router',
  agent: { names: ['kube-router'], image: /(^|\/)kube-router(:|@|$)/ },
  configMaps: [{ name: 'kube-router-cfg', keys: [] }],
  describe: ({ value, switches }) => ({
    ...ENGINE,
    switches: switches([
      {
        at: { flag: 'run-firewall' },
        is: /^false$/i,
        effect: 'off',
        means: 'kube-router routes, and enforces no policy',
        remedy: 'set --run-firewall=true in the DaemonSet',
      },
    ]),
    ...(value({ flag: 'netpol-default-deny' }) === 'true'
      ? { startUp: { pods: 'closed', note: '--netpol-default-deny' } as const }
      : {}),
  }),
};

const K3S_ARGS = 'k3s.io/node-args';

export const k3s: Detector = {
  id: 'k3s',
  name: "k3s' network policy controller (kube-router's)",
  annotations: [K3S_ARGS],
  traces: ({ nodes }) =>
    nodes
      .filter(isK3s)
      .map(({ name, kubelet }) => `node ${name}: kubelet ${kubelet}`)
      .slice(0, 1),
  describe: ({ facts }) => {
    const k3sNodes = facts.nodes.filter(isK3s);
    const disabled = k3sNodes.find(({ annotations }) => DISABLED.test(annotations[K3S_ARGS] ?? ''));
    const told = k3sNodes.some(({ annotations }) => annotations[K3S_ARGS] !== undefined);
    const version = k3sNodes[0]?.kubelet;
    return {
      ...ENGINE,
      ...(version === undefined ? {} : { version }),
      weaknesses: [
        ...(ENGINE.weaknesses ?? []),
        // k3s:pkg/agent/netpol/netpol.go; k3s issue 7244.
        'it is skipped without a word on a node that lacks ipset',
        'rules of before stay in force on nodes where it was disabled later',
        ...(told ? [] : ["the server's arguments could not be read: it may be disabled there"]),
      ],
      switches:
        disabled === undefined
          ? []
          : [
              {
                fact: `node ${disabled.name}: ${K3S_ARGS} has --disable-network-policy`,
                effect: 'off',
                means: 'k3s enforces no policy',
                remedy: 'remove --disable-network-policy from the servers and restart them',
              },
            ],
    };
  },
};

/** The annotation is a JSON list of words. */
const DISABLED = /--disable-network-policy(?!["=, ]+false)/;

function isK3s({ kubelet }: NodeFact): boolean {
  return /\+k3s\d/.test(kubelet);
}
