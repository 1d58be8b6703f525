/**
 * The evaluator against the kernel: random clusters and policies, and every connection predicted and made. The two
 * share no code, so an error in one shows as a disagreement. `NETPROOF_DIFFERENTIAL`: how many sets (2000 for the
 * whole proof, a few minutes); `NETPROOF_SEED`: those of an earlier run.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compile } from '../../src/policy/evaluator.ts';
import type { Evaluator } from '../../src/policy/evaluator.ts';
import type { Party } from '../../src/policy/prediction.ts';
import type { PolicyPod, TransportProtocol, World } from '../../src/policy/world.ts';
import { TCP_PORTS, UDP_PORT, randomSet } from '../support/random-policies.ts';
import type { RandomPod, RandomSet } from '../support/random-policies.ts';
import { Lab } from './network-lab.ts';

const SETS = Number(process.env['NETPROOF_DIFFERENTIAL'] ?? 150);
const SEED = Number(process.env['NETPROOF_SEED'] ?? Date.now() % 1e9);
const PODS = 7;
const NODES = ['worker-1', 'worker-2'];
const OUTSIDE = ['203.0.113.10', '198.51.100.7'];
/** As the outside's own connections come. */
const ROUTER = '172.30.0.254';
const OPEN = [...TCP_PORTS.map((port) => `tcp/${port}`), `udp/${UDP_PORT}`];
/** For the answer of a kernel that answers at once; only a machine at its limits needs more. */
const DIAL_MS = 20_000;

let lab: Lab;
beforeAll(async () => {
  // A refusal comes at once, so that no outcome is a matter of waiting; everything that is dialled listens.
  lab = await Lab.open('reject', NODES);
  for (let at = 0; at < PODS; at++) {
    await lab.add({ name: `pod-${at}`, node: NODES[at % 2] ?? '', listen: OPEN });
  }
  for (const node of NODES) {
    const netns = `/run/netns/node-${node}`;
    await lab.call('peer', node, netns);
    await lab.call('order', node, 'listen', { protocol: 'tcp', port: TCP_PORTS[0], name: node });
    // A source port that is taken again soon would pass as the old connection.
    const timeouts = ['udp_timeout', 'udp_timeout_stream'].map(
      (name) => `echo 1 > /proc/sys/net/netfilter/nf_conntrack_${name}`,
    );
    await lab.call('shell', netns, timeouts.join(';'));
  }
  await lab.call('peer', 'outside', '/run/netns/outside');
}, 120_000);
afterAll(() => lab.close());

interface Line {
  /** Names of the lab's peers, or addresses. */
  readonly from: string;
  readonly to: string;
  readonly endpoint: string;
}

/** Every pod to every pod, node and host outside; nodes and the outside to every pod. */
function lines(): readonly Line[] {
  const pods = [...lab.pods.keys()];
  const [first = ''] = OPEN;
  const outOf = pods.flatMap((from) => [
    ...pods.flatMap((to) => OPEN.map((endpoint) => ({ from, to, endpoint }))),
    ...NODES.map((to) => ({ from, to, endpoint: first })),
    ...OUTSIDE.flatMap((to) => ['tcp/80', 'udp/123'].map((endpoint) => ({ from, to, endpoint }))),
  ]);
  return [
    ...outOf,
    ...[...NODES, 'outside'].flatMap((from) => pods.map((to) => ({ from, to, endpoint: first }))),
  ];
}

/** An address for what is no pod. */
function addressOf(name: string): string {
  return name === 'outside' ? ROUTER : (lab.nodes.find((node) => node.name === name)?.ip ?? lab.ip(name));
}

async function program({ namespaces, pods, policies }: RandomSet): Promise<void> {
  lab.namespaces = namespaces.map(({ name, labels }) => ({
    name,
    labels: { ...labels, 'kubernetes.io/metadata.name': name },
  }));
  for (const [at, { namespace, labels, ports }] of pods.entries()) {
    const place = lab.pods.get(`pod-${at}`);
    if (place !== undefined) lab.pods.set(`pod-${at}`, { ...place, namespace, labels, ports });
  }
  await lab.program(policies);
}

function worldFor({ namespaces, pods, policies }: RandomSet): World {
  return {
    pods: pods.map(podAt),
    namespaces: namespaces.map((each) => ({ ...each, assumed: false })),
    nodes: lab.nodes.map(({ name, ip }) => ({ name, ips: [ip], labels: {} })),
    services: [],
    policies,
    adminPolicies: [],
    foreign: [],
    notes: [],
  };
}

function podAt({ namespace, labels, ports }: RandomPod, at: number): PolicyPod {
  const place = lab.pods.get(`pod-${at}`);
  return {
    namespace,
    name: `pod-${at}`,
    labels,
    ips: [place?.ip ?? ''],
    node: place?.node ?? '',
    hostNetwork: false,
    ports: ports.map(({ name, protocol, port }) => ({ name, protocol, containerPort: port })),
    fromTemplate: false,
  };
}

function predicted(evaluator: Evaluator, { from, to, endpoint }: Line): string {
  const party = (name: string): Party => {
    const pod = evaluator.world.pods.find((each) => each.name === name);
    return pod === undefined ? { address: addressOf(name) } : { pod };
  };
  const [transport = '', number] = endpoint.split('/');
  const protocol = transport.toUpperCase() as TransportProtocol;
  const flow = { from: party(from), to: party(to), protocol, port: Number(number) };
  const { verdict } = evaluator.decide(flow);
  if ('pod' in flow.from && 'pod' in flow.to) {
    const { pods } = evaluator.world;
    const quick = evaluator.answer(
      pods.indexOf(flow.from.pod),
      pods.indexOf(flow.to.pod),
      protocol,
      flow.port,
    );
    if (quick.verdict !== verdict) return `${verdict}, but the table says ${quick.verdict}`;
  }
  return verdict;
}

const VERDICTS: Readonly<Record<string, string>> = { connected: 'allow', refused: 'deny' };

async function happened({ from, to, endpoint }: Line): Promise<string> {
  const { outcome } = await lab.dial(from, addressOf(to), endpoint, DIAL_MS);
  return VERDICTS[outcome] ?? outcome;
}

async function disagreements(set: RandomSet): Promise<readonly string[]> {
  await program(set);
  const evaluator = compile(worldFor(set));
  const compared = await Promise.all(
    lines().map(async (line) => {
      const prediction = predicted(evaluator, line);
      // Dialled anew if it differs: by chance it may have had the source port of an earlier connection.
      const dialled = await happened(line);
      const packet = dialled === prediction ? dialled : await happened(line);
      return { ...line, prediction, packet };
    }),
  );
  return compared
    .filter(({ prediction, packet }) => prediction !== packet)
    .map(
      ({ from, to, endpoint, prediction, packet }) =>
        `${from} -> ${to} ${endpoint}: predicted ${prediction}, got ${packet}`,
    );
}

test(
  `${SETS} random sets, packet for packet`,
  async () => {
    process.stderr.write(`differential: ${SETS} sets, NETPROOF_SEED=${SEED}\n`);
    const addresses = [
      ...[...lab.pods.values()].map(({ ip }) => ip),
      ...lab.nodes.map(({ ip }) => ip),
      ...OUTSIDE,
      ROUTER,
    ];
    const property = fc.asyncProperty(randomSet(PODS, addresses), async (set) => {
      expect(await disagreements(set)).toEqual([]);
    });
    await fc.assert(property, { numRuns: SETS, seed: SEED });
  },
  60_000 + SETS * 5_000,
);
