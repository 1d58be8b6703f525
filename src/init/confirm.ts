/** Destinations that every cluster should have an opinion on, and what policies name outside the cluster. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { PortSpec, Target } from '../model/scenario.ts';
import type { World } from '../policy/world.ts';
import { hostProblem } from '../scenario/hosts.ts';
import { addressText, piecesOf } from '../explain/ranges.ts';
import { holds, parseBlock } from '../policy/address.ts';
import { CLUSTER_DNS, serviceNamed } from '../policy/behind.ts';
import type { Identity } from './identities.ts';
import type { Names } from './names.ts';

export interface Confirmable {
  readonly target: Target;
  /** Why it matters, and what to look at before it is probed. */
  readonly remarks: readonly string[];
  /** Harmless and known to be there, so that it is probed unasked if policies are clear about it. */
  readonly there: boolean;
}

/** For documentation (RFC 5737): it answers nobody. */
const EXAMPLE_ADDRESS = '203.0.113.10';
/** Ranges of policies that are written out; more would bury the rest. */
const MOST_RANGES = 10;

export function confirmables(
  world: World,
  identities: readonly Identity[],
  live: boolean,
  names: Names,
): readonly Confirmable[] {
  return [
    lookup(world, live, names),
    apiServer(names),
    host(
      names.take('metadata-address'),
      '169.254.169.254',
      [{ protocol: 'http', port: 80 }],
      ['On most clouds this address hands out credentials to whoever asks.'],
    ),
    ...kubelet(world, names),
    ...privileged(identities, live, names),
    ...outside(world, new Set(identities.map(({ namespace }) => namespace)), names),
  ];
}

const POSITION = { file: '', line: 1, column: 1 };

function host(
  name: string,
  address: string,
  ports: readonly PortSpec[],
  remarks: readonly string[],
): Confirmable {
  return { target: { kind: 'host', name, host: address, ports, position: POSITION }, remarks, there: false };
}

function lookup(world: World, live: boolean, names: Names): Confirmable {
  const target: Target = {
    kind: 'dns',
    name: names.take('cluster-dns'),
    query: 'kubernetes.default.svc.cluster.local',
    ports: [{ protocol: 'dns', port: 53 }],
    position: POSITION,
  };
  const remarks = ['Without lookups most programs fail; with them, data can leave in names.'];
  return { target, remarks, there: live && serviceNamed(CLUSTER_DNS, world.services) !== undefined };
}

function apiServer(names: Names): Confirmable {
  const target: Target = {
    kind: 'service',
    name: names.take('api-server'),
    service: 'kubernetes',
    namespace: 'default',
    via: 'clusterIP',
    ports: [{ protocol: 'tcp', port: 443 }],
    position: POSITION,
  };
  const remarks = ['Few workloads need the Kubernetes API; for an intruder it is the first thing to try.'];
  return { target, remarks, there: false };
}

/** The kubelet's authenticated API (kubernetes.io, ports and protocols). */
function kubelet({ nodes }: World, names: Names): readonly Confirmable[] {
  const address = nodes.flatMap(({ ips }) => ips).find((ip) => hostProblem(ip) === undefined);
  const remarks = [
    "A node's kubelet can run commands in every pod of the node. A pod always reaches its own node, whatever",
    'policies say: place the workloads (node, differentNodeFrom) before a deny is expected.',
    ...(address === undefined ? ['Put the address of one of your nodes here.'] : []),
  ];
  return [
    host(names.take('kubelet'), address ?? EXAMPLE_ADDRESS, [{ protocol: 'tcp', port: 10_250 }], remarks),
  ];
}

/** Probe pods have no privileges, so only the real pods can be asked about these. */
function privileged(identities: readonly Identity[], live: boolean, names: Names): readonly Confirmable[] {
  if (!live) return [];
  return identities.flatMap(({ name, namespace, labels, unserved }) => {
    const ports = unserved.flatMap((text): readonly PortSpec[] => {
      const [protocol, port] = text.split('/');
      return protocol === 'tcp' || protocol === 'udp' ? [{ protocol, port: Number(port) }] : [];
    });
    if (ports.length === 0 || Object.keys(labels).length === 0) return [];
    const target: Target = {
      kind: 'pods',
      name: names.take(`${name}-pods`),
      namespace,
      selector: labels,
      limit: 3,
      ports,
      position: POSITION,
    };
    return [
      {
        target,
        remarks: [`The real pods of ${name}: a probe pod can't serve a port that low.`],
        there: false,
      },
    ];
  });
}

interface OutsideRange {
  readonly cidr: string;
  readonly except: readonly string[];
  readonly ports: readonly PortSpec[];
  readonly policy: string;
}

function outside(world: World, namespaces: ReadonlySet<string>, names: Names): readonly Confirmable[] {
  const found = world.policies
    .filter(({ metadata }) => namespaces.has(metadata?.namespace ?? 'default'))
    .flatMap(rangesOf);
  const distinct = [...new Map(found.map((range) => [range.cidr, range])).values()].slice(0, MOST_RANGES);
  const rows = distinct.flatMap(({ cidr, except, ports, policy }, index) => {
    const address = sampleOf(cidr, except, world);
    if (address === undefined) return [];
    const remark = `${policy} speaks of ${cidr}. Put an address here that is in it and answers.`;
    return [host(names.take(`egress-${index + 1}`), address, ports, [remark])];
  });
  const internet = host(
    names.take('internet'),
    EXAMPLE_ADDRESS,
    [{ protocol: 'tcp', port: 443 }],
    ['The internet. Put an address here that is yours and answers.'],
  );
  return [...rows, internet];
}

/** `null` in a manifest is an absent field. */
function rangesOf({ metadata, spec }: V1NetworkPolicy): readonly OutsideRange[] {
  return (spec?.egress ?? []).flatMap(({ to, ports }) => {
    const numbers = (ports ?? []).flatMap(({ port, protocol }): readonly PortSpec[] =>
      typeof port === 'number' && protocol !== 'SCTP'
        ? [{ protocol: protocol === 'UDP' ? 'udp' : 'tcp', port }]
        : [],
    );
    const distinct = [...new Map(numbers.map((port) => [`${port.protocol}/${port.port}`, port])).values()];
    return (to ?? []).flatMap(({ ipBlock }) =>
      ipBlock == null
        ? []
        : [
            {
              cidr: ipBlock.cidr,
              except: ipBlock.except ?? [],
              ports: distinct.length > 0 ? distinct : [{ protocol: 'tcp' as const, port: 443 }],
              policy: `NetworkPolicy ${metadata?.namespace ?? 'default'}/${metadata?.name ?? ''}`,
            },
          ],
    );
  });
}

/** One that is in the range, not in what is excepted from it, and a host's: the first is often the network's own. */
function sampleOf(cidr: string, except: readonly string[], world: World): string | undefined {
  if (parseBlock(cidr) === undefined) return undefined;
  const holes = except.flatMap((text) => parseBlock(text) ?? []);
  const samples = piecesOf(cidr, world)
    .map(({ family, first, last }) => ({ family, value: first === last ? first : first + 1n }))
    .filter((address) => holes.every((hole) => !holds(hole, address)));
  const usable = samples.map(addressText).find((sample) => hostProblem(sample) === undefined);
  // Of everything, the first addresses are nobody's.
  return cidr === '0.0.0.0/0' ? EXAMPLE_ADDRESS : usable;
}
