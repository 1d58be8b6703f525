/** Random forwarding states and behaviours, of few names, so that they overlap and clash. */
import fc from 'fast-check';
import type { V1NetworkPolicy } from '../../../src/cluster/types.ts';
import type {
  ForwardingPod,
  ForwardingService,
  ForwardingState,
} from '../../../src/sandbox/network/network.ts';
import type { Table } from '../../../src/sandbox/network/nftables.ts';
import { indexCluster } from '../../../src/sandbox/network/policy/cluster.ts';
import { compilePolicies } from '../../../src/sandbox/network/policy/compile.ts';
import type { Enforcement } from '../../../src/sandbox/network/policy/compile.ts';
import { compileServices } from '../../../src/sandbox/network/services.ts';

type Spec = NonNullable<V1NetworkPolicy['spec']>;
type Rule = NonNullable<Spec['ingress']>[number];
type Peer = NonNullable<Rule['from']>[number];

const NAMESPACES = ['one', 'two'];
const NODES = ['worker-1', 'worker-2'];
const namespace = fc.constantFrom(...NAMESPACES);
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b'), { maxKeys: 2 });
const selector = labels.map((matchLabels) => ({ matchLabels }));

const pod = (at: number): fc.Arbitrary<ForwardingPod> =>
  fc.record({ namespace, labels, second: fc.boolean() }).map(({ second, ...rest }) => ({
    ...rest,
    name: `pod-${at}`,
    uid: `pod-${at}`,
    node: NODES[Number(second)] ?? '',
    ip: `10.244.${1 + Number(second)}.${2 + at}`,
    ports: [{ name: at % 2 === 0 ? 'http' : 'alt', protocol: 'TCP', port: 8080 + at }],
  }));

const block = fc.constantFrom<NonNullable<Peer['ipBlock']>>(
  { cidr: '10.244.0.0/16' },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '203.0.113.10/32'] },
  { cidr: '203.0.113.0/24', except: ['203.0.113.0/25'] },
);
const peer: fc.Arbitrary<Peer> = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  fc
    .tuple(selector, selector)
    .map(([podSelector, namespaceSelector]) => ({ podSelector, namespaceSelector })),
  block.map((ipBlock) => ({ ipBlock })),
);
const portOf = fc.constantFrom(
  { port: 8080 },
  { port: 53, protocol: 'UDP' },
  { port: 8000, endPort: 9000 },
  { port: 'http' as never },
  { protocol: 'SCTP' },
);
const rule = fc.record(
  { peers: fc.array(peer, { maxLength: 2 }), ports: fc.array(portOf, { maxLength: 3 }) },
  { requiredKeys: [] },
);

const policy = (at: number): fc.Arbitrary<V1NetworkPolicy> =>
  fc
    .record({
      namespace,
      podSelector: selector,
      rules: fc.array(rule, { maxLength: 2 }),
      types: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
    })
    .map(({ namespace: inside, podSelector, rules, types }) => ({
      metadata: { name: `policy-${at}`, namespace: inside },
      spec: {
        podSelector,
        policyTypes: types,
        ingress: rules.map(({ peers, ports }) => ({
          ...(peers && { from: peers }),
          ...(ports && { ports }),
        })),
        egress: rules.map(({ peers, ports }) => ({ ...(peers && { to: peers }), ...(ports && { ports }) })),
      },
    }));

const service = (at: number): fc.Arbitrary<ForwardingService> =>
  fc
    .record({ counts: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }), from: fc.nat(3) })
    .map(({ counts, from }) => ({
      namespace: 'one',
      name: `service-${at}`,
      clusterIP: `10.96.0.${50 + at}`,
      ports: counts.map((count, index) => ({
        protocol: index === 0 ? 'TCP' : 'UDP',
        port: 80,
        backends: Array.from({ length: count }, (_, drawn) => ({
          ip: `10.244.1.${2 + from + drawn}`,
          port: 8080,
        })),
      })),
    }));

/** Some of those that there may be, each as it happens to be. */
function some<T>(count: number, make: (at: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc
    .tuple(...Array.from({ length: count }, (_, at) => fc.option(make(at), { nil: undefined })))
    .map((all) => all.filter((each) => each !== undefined) as T[]);
}

const state: fc.Arbitrary<ForwardingState> = fc.record({
  namespaces: fc
    .tuple(labels, labels)
    .map((all) => all.map((each, at) => ({ name: NAMESPACES[at] ?? '', labels: each }))),
  pods: some(8, pod),
  policies: some(5, policy),
  services: some(3, service),
});

export const enforcements: fc.Arbitrary<Enforcement> = fc.record({
  enforced: fc.record({ ingress: fc.boolean(), egress: fc.boolean() }),
  denial: fc.constantFrom('drop', 'reject', 'reject-icmp'),
});

export const states = (maxLength: number): fc.Arbitrary<ForwardingState[]> =>
  fc.array(state, { minLength: 1, maxLength });

/** A node's tables for that state. */
export function tablesOf(wanted: ForwardingState, node: string, how: Enforcement): readonly Table[] {
  return [compileServices(wanted.services), compilePolicies(indexCluster(wanted), node, how)];
}
