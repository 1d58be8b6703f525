import { type Detector, enforcing, networkOnly } from '../detector.ts';

export const azureNpm: Detector = {
  id: 'azure-npm',
  name: 'Azure Network Policy Manager',
  agent: { names: ['azure-npm', 'azure-npm-win'], image: /(^|\/)azure-npm(:|@|$)/ },
  configMaps: [{ name: 'azure-npm-config', keys: [] }],
  describe: () => ({
    role: 'enforcer',
    // endPort: npm/pkg/controlplane/translation.
    enforces: enforcing({ adminPolicies: 'no' }),
    weaknesses: [
      'on Windows nodes: no except, no SCTP, no named ports',
      'its support ends on 2026-09-30 for Windows and on 2028-09-30 for Linux',
      'rules are written in batches, and all of them again every 15 minutes',
    ],
    deny: { style: 'drop' },
    startUp: { pods: 'unknown' },
  }),
};

/** Gives pods their addresses on AKS; with Cilium as data plane, that is recognised by itself. */
export const azureCns: Detector = {
  id: 'azure-cni',
  name: 'Azure CNI',
  agent: { names: ['azure-cns', 'azure-cns-win'], image: /(^|\/)azure-cns(:|@|$)/ },
  describe: () => networkOnly(['Azure CNI by itself enforces no policy: AKS needs --network-policy']),
};
