import { type Detector, networkOnly } from '../detector.ts';

/** Documentation/netpol.md: from 0.25.5 it can carry kube-network-policies, which is recognised by itself. */
export const flannel: Detector = {
  id: 'flannel',
  name: 'flannel',
  agent: {
    names: ['kube-flannel-ds', 'kube-flannel-ds-amd64', 'kube-flannel'],
    image: /(^|[/-])flannel(:|@|$)/,
    container: 'kube-flannel',
    withoutContainer: 'calico-node',
  },
  annotations: ['flannel.alpha.coreos.com/backend-type'],
  describe: () =>
    networkOnly([
      'flannel by itself enforces no policy: install its chart with netpol.enabled=true (from 0.25.5), or Calico over it (Canal)',
    ]),
};
