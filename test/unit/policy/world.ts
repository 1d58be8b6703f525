/** The small cluster that the tables speak of: two namespaces on two nodes. */
import type { V1NetworkPolicy } from '../../../src/cluster/types.ts';
import { compile } from '../../../src/policy/evaluator.ts';
import type { Flow, Party, Prediction } from '../../../src/policy/prediction.ts';
import type { PolicyPod, TransportProtocol, World } from '../../../src/policy/world.ts';

type Spec = NonNullable<V1NetworkPolicy['spec']>;
export type Ingress = NonNullable<Spec['ingress']>[number];
export type Egress = NonNullable<Spec['egress']>[number];

export function pod(
  namespace: string,
  name: string,
  ip: string,
  labels: Record<string, string>,
  more: Partial<PolicyPod> = {},
): PolicyPod {
  const node = ip.startsWith('10.244.1.') ? 'node-1' : 'node-2';
  return {
    namespace,
    name,
    ips: [ip],
    labels,
    node,
    hostNetwork: false,
    ports: [],
    fromTemplate: false,
    ...more,
  };
}

export const port = (name: string, protocol: TransportProtocol, containerPort: number) => ({
  name,
  protocol,
  containerPort,
});

export const PODS: readonly PolicyPod[] = [
  pod('shop', 'web', '10.244.1.2', { app: 'web', tier: 'front' }, { ports: [port('http', 'TCP', 8080)] }),
  pod(
    'shop',
    'api',
    '10.244.2.2',
    { app: 'api', tier: 'back' },
    {
      ports: [port('http', 'TCP', 9090), port('dns', 'UDP', 53)],
    },
  ),
  pod('shop', 'db', '10.244.1.3', { app: 'db' }),
  pod('bank', 'web2', '10.244.2.3', { app: 'web' }, { ports: [port('http', 'TCP', 7070)] }),
  pod('bank', 'vault', '10.244.1.4', { app: 'vault', tier: 'back' }),
  pod('shop', 'agent', '172.30.0.11', { app: 'agent' }, { node: 'node-1', hostNetwork: true }),
];

export const WORLD: World = {
  pods: PODS,
  namespaces: [
    { name: 'shop', labels: { team: 'shop', env: 'prod' }, assumed: false },
    { name: 'bank', labels: { team: 'bank' }, assumed: false },
  ],
  nodes: [
    { name: 'node-1', ips: ['172.30.0.11'], labels: { zone: 'a' } },
    { name: 'node-2', ips: ['172.30.0.12'], labels: { zone: 'b' } },
  ],
  services: [
    {
      namespace: 'shop',
      name: 'front',
      clusterIPs: ['10.96.0.7'],
      selector: { app: 'web' },
      ports: [{ protocol: 'TCP', port: 80, targetPort: 'http' }],
    },
  ],
  policies: [],
  adminPolicies: [],
  foreign: [],
  notes: [],
};

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

function party(world: World, name: string): Party {
  const found = world.pods.find((each) => each.name === name);
  return found === undefined ? { address: name } : { pod: found };
}

/** `web > api tcp/80`; what is no pod's name is an address. */
export function flow(world: World, line: string): Flow {
  const [from = '', , to = '', endpoint = ''] = line.split(' ');
  const [protocol = '', number] = endpoint.split('/');
  return {
    from: party(world, from),
    to: party(world, to),
    protocol: protocol.toUpperCase() as TransportProtocol,
    port: Number(number),
  };
}

export function predict(world: World, line: string): Prediction {
  return compile(world).decide(flow(world, line));
}

/** `allow`, `deny`, and either with `?` if that is not certain; by reasons and, between pods, by the table. */
export function outcome(world: World, line: string): string {
  const asked = flow(world, line);
  const evaluator = compile(world);
  const { verdict, certain } = evaluator.decide(asked);
  if ('pod' in asked.from && 'pod' in asked.to) {
    const [from, to] = [world.pods.indexOf(asked.from.pod), world.pods.indexOf(asked.to.pod)];
    const quick = evaluator.answer(from, to, asked.protocol, asked.port);
    if (quick.verdict !== verdict || quick.certain !== certain) throw new Error(`the table differs: ${line}`);
  }
  return certain ? verdict : `${verdict}?`;
}
