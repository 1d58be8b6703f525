/** Random clusters and policy sets, of few names, so that selectors hit and miss, overlap and clash. */
import fc from 'fast-check';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';

type Spec = NonNullable<V1NetworkPolicy['spec']>;
type Rule = NonNullable<Spec['ingress']>[number];
type Peer = NonNullable<Rule['from']>[number];
type Port = NonNullable<Rule['ports']>[number];
type Selector = NonNullable<Spec['podSelector']>;

export interface RandomSet {
  readonly namespaces: readonly { readonly name: string; readonly labels: Record<string, string> }[];
  /** As many as there are places for pods. */
  readonly pods: readonly RandomPod[];
  readonly policies: readonly V1NetworkPolicy[];
}

export interface RandomPod {
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: 'TCP' | 'UDP';
    readonly port: number;
  }[];
}

/** What pods listen on, and where connections are made to. */
export const TCP_PORTS = [8080, 9090] as const;
export const UDP_PORT = 5353;

const NAMESPACES = ['one', 'two', 'three'];
const KEYS = ['app', 'tier'];
const VALUES = ['a', 'b'];
const NAME_LABEL = 'kubernetes.io/metadata.name';

const namespace = fc.constantFrom(...NAMESPACES);
const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });

const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.subarray([...VALUES, 'c'], { minLength: 1 }),
  }),
  fc.record({
    key: fc.constantFrom(...KEYS, 'constructor'),
    operator: fc.constantFrom('Exists', 'DoesNotExist'),
  }),
);

/** Fields may be missing or empty, which is the same. */
export const selector: fc.Arbitrary<Selector> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        matchLabels: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 1 }),
        matchExpressions: fc.array(requirement, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
  },
);

export const namespaceSelector: fc.Arbitrary<Selector> = fc.oneof(
  { weight: 3, arbitrary: selector },
  { weight: 1, arbitrary: namespace.map((name) => ({ matchLabels: { [NAME_LABEL]: name } })) },
);

/** @param addresses what blocks are drawn around */
function block(addresses: readonly string[]): fc.Arbitrary<Peer> {
  const around = fc.tuple(fc.constantFrom(...addresses), fc.constantFrom(8, 16, 22, 24, 25, 30, 31, 32));
  const inside = fc.array(fc.tuple(fc.constantFrom(...addresses), fc.constantFrom(25, 29, 32)), {
    maxLength: 2,
  });
  return fc.tuple(fc.option(around, { nil: undefined }), inside).map(([whole, holes]) => {
    if (whole === undefined) {
      return { ipBlock: { cidr: '0.0.0.0/0', except: holes.map(([ip, length]) => cidr(ip, length)) } };
    }
    const [ip, length] = whole;
    const fitting = holes.filter(
      ([hole, narrower]) => narrower > length && cidr(hole, length) === cidr(ip, length),
    );
    const except = fitting.map(([hole, narrower]) => cidr(hole, narrower));
    return { ipBlock: { cidr: cidr(ip, length), ...(except.length === 0 ? {} : { except }) } };
  });
}

/** The block of that length that the address is in. */
function cidr(ip: string, length: number): string {
  const value = ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - length);
  const first = value - (value % size);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${length}`;
}

function peer(addresses: readonly string[]): fc.Arbitrary<Peer> {
  return fc.oneof(
    selector.map((podSelector) => ({ podSelector })),
    namespaceSelector.map((each) => ({ namespaceSelector: each })),
    fc
      .tuple(selector, namespaceSelector)
      .map(([podSelector, spaces]) => ({ podSelector, namespaceSelector: spaces })),
    block(addresses),
  );
}

const port: fc.Arbitrary<Port> = fc.oneof(
  fc.record(
    { port: fc.constantFrom(8080, 9090, 5353, 80), protocol: fc.constantFrom('TCP', 'UDP', 'SCTP') },
    { requiredKeys: ['port'] },
  ),
  fc
    .tuple(
      fc.constantFrom(80, 5000, 8080, 8081),
      fc.constantFrom(0, 1, 1009, 50_000),
      fc.constantFrom('TCP', 'UDP'),
    )
    .map(([first, more, protocol]) => ({ port: first, endPort: first + more, protocol })),
  fc.record(
    { port: fc.constantFrom('http', 'dns') as fc.Arbitrary<never>, protocol: fc.constantFrom('TCP', 'UDP') },
    { requiredKeys: ['port'] },
  ),
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP', 'SCTP') }, { requiredKeys: [] }),
);

const missing = null as unknown as undefined;

/** A list may be missing, `null`, empty, or have items. */
function list<T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[] | undefined> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<T[] | undefined>(undefined, missing, []) },
    { weight: 5, arbitrary: fc.array(item, { minLength: 1, maxLength }) },
  );
}

function policy(addresses: readonly string[]): fc.Arbitrary<V1NetworkPolicy> {
  const rule = fc.tuple(list(peer(addresses), 3), list(port, 3));
  const rules = fc.oneof(fc.constant(undefined), fc.array(rule, { maxLength: 3 }));
  const types = fc.constantFrom<string[] | undefined>(
    undefined,
    [],
    ['Ingress'],
    ['Egress'],
    ['Ingress', 'Egress'],
  );
  return fc
    .tuple(namespace, selector, types, rules, rules)
    .map(([inside, podSelector, policyTypes, into, out]) => ({
      metadata: { name: 'policy', namespace: inside },
      spec: {
        podSelector,
        ...(policyTypes && { policyTypes }),
        ...(into && { ingress: into.map(([from, ports]) => present({ from, ports })) }),
        ...(out && { egress: out.map(([to, ports]) => present({ to, ports })) }),
      },
    }));
}

function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const pod: fc.Arbitrary<RandomPod> = fc.record({
  namespace,
  labels,
  ports: fc.subarray([
    { name: 'http', protocol: 'TCP' as const, port: 8080 },
    { name: 'http', protocol: 'TCP' as const, port: 9090 },
    { name: 'http', protocol: 'TCP' as const, port: 5353 },
    { name: 'dns', protocol: 'UDP' as const, port: 5353 },
    { name: 'dns', protocol: 'TCP' as const, port: 9090 },
  ]),
});

/** @param addresses of pods, nodes and others, for blocks */
export function randomSet(podCount: number, addresses: readonly string[]): fc.Arbitrary<RandomSet> {
  return fc.record({
    namespaces: fc
      .tuple(...NAMESPACES.map(() => labels))
      .map((all) => all.map((each, at) => ({ name: NAMESPACES[at] ?? '', labels: each }))),
    pods: fc.array(pod, { minLength: podCount, maxLength: podCount }),
    policies: fc
      .array(policy(addresses), { maxLength: 6 })
      .map((all) =>
        all.map((each, at) => ({ ...each, metadata: { ...each.metadata, name: `policy-${at}` } })),
      ),
  });
}
