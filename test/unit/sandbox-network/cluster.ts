/** The small cluster that the compiler's tables speak of. */
import type { V1NetworkPolicy } from '../../../src/cluster/types.ts';
import type { ForwardingPod, ForwardingState } from '../../../src/sandbox/network/network.ts';
import type { Enforcement } from '../../../src/sandbox/network/policy/compile.ts';

export const HEALTHY: Enforcement = { enforced: { ingress: true, egress: true }, denial: 'drop' };

type Spec = NonNullable<V1NetworkPolicy['spec']>;
export type Ingress = NonNullable<Spec['ingress']>[number];
export type Egress = NonNullable<Spec['egress']>[number];

function pod(
  namespace: string,
  name: string,
  ip: string,
  labels: Readonly<Record<string, string>>,
  ports: ForwardingPod['ports'] = [],
): ForwardingPod {
  const node = ip.startsWith('10.244.1.') ? 'worker-1' : 'worker-2';
  return { namespace, name, uid: name, node, ip, labels, ports };
}

const http = (port: number) => ({ name: 'http', protocol: 'TCP', port });

export const PODS: readonly ForwardingPod[] = [
  pod('shop', 'web', '10.244.1.2', { app: 'web', tier: 'front' }, [http(8080)]),
  pod('shop', 'api', '10.244.2.2', { app: 'api', tier: 'back' }, [
    http(9090),
    { name: 'dns', protocol: 'UDP', port: 53 },
  ]),
  pod('shop', 'db', '10.244.1.3', { app: 'db' }),
  pod('bank', 'web2', '10.244.2.3', { app: 'web' }, [http(7070)]),
  pod('bank', 'vault', '10.244.1.4', { app: 'vault', tier: 'back' }),
];

export function stateWith(policies: readonly V1NetworkPolicy[]): ForwardingState {
  const namespaces = [
    { name: 'shop', labels: { team: 'shop', env: 'prod' } },
    { name: 'bank', labels: { team: 'bank' } },
  ];
  return { namespaces, pods: PODS, policies, services: [] };
}

export function policy(spec: Spec, name = 'p', namespace = 'shop'): V1NetworkPolicy {
  return { metadata: { name, namespace }, spec };
}

/** A policy that isolates every pod of `shop` in one direction but for the given rules. */
export function ingress(...rules: readonly Ingress[]): V1NetworkPolicy {
  return policy({ podSelector: {}, policyTypes: ['Ingress'], ingress: [...rules] });
}
export function egress(...rules: readonly Egress[]): V1NetworkPolicy {
  return policy({ podSelector: {}, policyTypes: ['Egress'], egress: [...rules] });
}

export function ipOf(name: string): string {
  return PODS.find((candidate) => candidate.name === name)?.ip ?? name;
}
