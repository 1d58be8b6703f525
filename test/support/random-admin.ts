/** Random policies of the admin and baseline tiers in a plain shape, and that shape as the API's kinds. */
import fc from 'fast-check';
import type { V1LabelSelector } from '../../src/cluster/types.ts';
import type { AdminPeer, AdminPolicy, AdminPort, ClusterProtocol } from '../../src/policy/admin-manifests.ts';
import type { TransportProtocol } from '../../src/policy/world.ts';

export interface PlainAdmin {
  readonly name: string;
  readonly tier: 'admin' | 'baseline';
  readonly priority: number;
  readonly subject: PlainPods;
  readonly rules: { readonly ingress: readonly PlainRule[]; readonly egress: readonly PlainRule[] };
  /** Of which API version. */
  readonly version: 'v1alpha1' | 'v1alpha2';
}

interface PlainPods {
  readonly namespaces: V1LabelSelector;
  /** Absent: all, by the form that has no selector of pods. */
  readonly pods?: V1LabelSelector;
}

export interface PlainRule {
  readonly action: 'allow' | 'deny' | 'pass';
  readonly peers: readonly (PlainPods | { readonly networks: readonly string[] })[];
  readonly ports?: PlainPorts;
}

export type PlainPorts = readonly (
  | { readonly name: string }
  | { readonly protocol: TransportProtocol; readonly first: number; readonly last: number }
)[];

type Selectors = fc.Arbitrary<V1LabelSelector>;

const ports: fc.Arbitrary<PlainPorts> = fc.array(
  fc.oneof(
    fc.constantFrom('http', 'dns').map((name) => ({ name })),
    fc
      .tuple(
        fc.constantFrom<TransportProtocol>('TCP', 'UDP', 'SCTP'),
        fc.constantFrom(80, 5000, 8080),
        fc.constantFrom(0, 1010, 50_000),
      )
      .map(([protocol, first, more]) => ({ protocol, first, last: first + more })),
  ),
  { minLength: 1, maxLength: 2 },
);

/** Up to four of one version, whose priorities now and then are the same; one baseline policy in v1alpha1. */
export function adminSet(
  selector: Selectors,
  namespaces: Selectors,
  ips: readonly string[],
): fc.Arbitrary<PlainAdmin[]> {
  const pods = fc.oneof(
    fc.record({ namespaces }),
    fc.record({ namespaces, pods: selector }),
  ) as fc.Arbitrary<PlainPods>;
  const networks = fc
    .uniqueArray(fc.constantFrom('0.0.0.0/0', '10.244.1.0/24', ...ips.map((ip) => `${ip}/32`)), {
      minLength: 1,
      maxLength: 2,
    })
    .map((cidrs) => ({ networks: cidrs }));
  const rule = (peer: fc.Arbitrary<PlainRule['peers'][number]>, actions: readonly PlainRule['action'][]) =>
    fc.record(
      {
        action: fc.constantFrom(...actions),
        peers: fc.array(peer, { minLength: 1, maxLength: 2 }),
        ports,
      },
      { requiredKeys: ['action', 'peers'] },
    ) as fc.Arbitrary<PlainRule>;
  const policy = (version: PlainAdmin['version'], tier: PlainAdmin['tier']) => {
    const actions = [
      'allow',
      'deny',
      ...(version === 'v1alpha1' && tier === 'baseline' ? [] : ['pass' as const]),
    ] as const;
    return fc.record({
      version: fc.constant(version),
      tier: fc.constant(tier),
      priority:
        version === 'v1alpha1' && tier === 'baseline' ? fc.constant(0) : fc.constantFrom(0, 1, 5, 1000),
      subject: pods,
      rules: fc.record({
        ingress: fc.array(rule(pods, actions), { maxLength: 3 }),
        egress: fc.array(rule(fc.oneof(pods, networks), actions), { maxLength: 3 }),
      }),
    });
  };
  const several = (version: PlainAdmin['version'], baselines: number) =>
    fc
      .tuple(
        fc.array(policy(version, 'admin'), { maxLength: 2 }),
        fc.array(policy(version, 'baseline'), { maxLength: baselines }),
      )
      .map(([admin, baseline]) =>
        [...admin, ...baseline].map((each, at) => ({ ...each, name: `admin-${at}` })),
      );
  return fc.oneof(several('v1alpha1', 1), several('v1alpha2', 2));
}

export function renderAdmin(plain: PlainAdmin): AdminPolicy {
  const isNew = plain.version === 'v1alpha2';
  const rules = (side: 'from' | 'to', those: readonly PlainRule[]) =>
    those.map(({ action, peers, ports: wanted }) => ({
      action: isNew && action === 'allow' ? 'Accept' : `${action[0]?.toUpperCase()}${action.slice(1)}`,
      [side]: peers.map((peer): AdminPeer => ('networks' in peer ? peer : renderPods(peer))),
      ...(wanted && (isNew ? { protocols: wanted.map(renderProtocol) } : { ports: wanted.map(renderPort) })),
    }));
  const tier = plain.tier === 'admin' ? 'Admin' : 'Baseline';
  const kind = isNew
    ? 'ClusterNetworkPolicy'
    : plain.tier === 'admin'
      ? 'AdminNetworkPolicy'
      : 'BaselineAdminNetworkPolicy';
  return {
    kind,
    metadata: { name: plain.name },
    spec: {
      ...(isNew ? { tier } : {}),
      priority: plain.priority,
      subject: renderPods(plain.subject),
      ingress: rules('from', plain.rules.ingress),
      egress: rules('to', plain.rules.egress),
    },
  } as AdminPolicy;
}

function renderPods({ namespaces, pods }: PlainPods): AdminPeer {
  return pods === undefined ? { namespaces } : { pods: { namespaceSelector: namespaces, podSelector: pods } };
}

function renderPort(entry: PlainPorts[number]): AdminPort {
  if ('name' in entry) return { namedPort: entry.name };
  const { protocol, first, last } = entry;
  return first === last
    ? { portNumber: { protocol, port: first } }
    : { portRange: { protocol, start: first, end: last } };
}

function renderProtocol(entry: PlainPorts[number]): ClusterProtocol {
  if ('name' in entry) return { destinationNamedPort: entry.name };
  const { protocol, first, last } = entry;
  const destinationPort = first === last ? { number: first } : { range: { start: first, end: last } };
  return { [protocol.toLowerCase()]: { destinationPort } };
}
