/**
 * The evaluator against this cluster's policy engine: random namespaces, pods and policies, every connection predicted
 * and made. `NETPROOF_SETS`: how many; `NETPROOF_SEED`: those of an earlier run.
 */
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { compile } from '../../src/policy/evaluator.ts';
import type { Answer } from '../../src/policy/prediction.ts';
import type { PolicyPod, TransportProtocol, World } from '../../src/policy/world.ts';
import {
  type RandomPod,
  type RandomSet,
  randomSet,
  TCP_PORTS,
  UDP_PORT,
} from '../support/random-policies.ts';
import { DETECTION, REJECTS } from './support/engine.ts';
import { nothingLeft } from './support/objects.ts';
import { RUN_MS } from './support/place.ts';
import { prove, table, type Written, writeScenario } from './support/scenario.ts';

type EgressRule = NonNullable<NonNullable<V1NetworkPolicy['spec']>['egress']>[number];

const SETS = Number(process.env['NETPROOF_SETS'] ?? 3);
const SEED = Number(process.env['NETPROOF_SEED'] ?? Date.now() % 1e9);
const PODS = 5;
const PREFIX = 'np-e2e-';
const OPEN = [...TCP_PORTS.map((port) => `tcp/${port}`), `udp/${UDP_PORT}`];
/** Nobody's: blocks match pods or not, which the API leaves open. */
const ADDRESSES = ['192.0.2.7', '198.51.100.7'];

/** Without a preflight nothing is known of refusals, and none is believed. */
const STOPPED: unknown = REJECTS ? expect.stringMatching(/^(dropped|closed-port)$/) : 'dropped';

const ONE_CHAIN = DETECTION.engines.some(({ id }) => id === 'kube-router' || id === 'k3s');

afterEach(() => nothingLeft(), RUN_MS);

const sets = fc.sample(randomSet(PODS, ADDRESSES), { seed: SEED, numRuns: SETS }).map(fitting);

test.each(sets.map((set, at) => [at + 1, set] as const))(
  `set %i of ${SETS} (NETPROOF_SEED=${SEED}): whatever the policies leave no doubt about is so`,
  async (_, set) => {
    const answers = predictions(set);
    const certain = [...answers].filter(([, answer]) => answer.certain);
    const proved = await prove(writeScenario(scenarioOf(set, answers)), {
      args: ['--skip-preflight', '--exhaustive'],
    });
    const seen = table(proved);
    const happened = certain.map(([cell]) => [cell, seen[cell] === 'leak' ? 'reached' : seen[cell]]);
    expect({ policies: set.policies, cells: Object.fromEntries(happened) }).toEqual({
      policies: set.policies,
      cells: Object.fromEntries(
        certain.map(([cell, { verdict }]) => [cell, verdict === 'allow' ? 'reached' : STOPPED]),
      ),
    });
  },
  RUN_MS,
);

/**
 * With names that the suite may use, without what a scenario can't say (null), and without what engines were seen to
 * read in their own way: endPort is passed over by Cilium before 1.17, SCTP where it is not switched on. Cilium 1.15
 * puts rules in force of a direction that policyTypes leaves out (pkg/k8s/network_policy.go), and takes a named port in
 * an egress rule for one number everywhere (Endpoint.GetNamedPort in pkg/endpoint/policy.go). kube-router 2.9 has one
 * chain per policy: between pods that the policy selects, rules of its one direction let pass what its other denies
 * (syncNetworkPolicyChains in pkg/controllers/netpol/policy.go).
 */
function fitting({ namespaces, pods, policies }: RandomSet): RandomSet {
  const text = JSON.stringify(policies, (key, value: unknown) => {
    if (value === null || key === 'endPort') return undefined;
    if (value === 'SCTP') return 'TCP';
    return (key === 'namespace' || key === 'kubernetes.io/metadata.name') && typeof value === 'string'
      ? PREFIX + value
      : value;
  });
  return {
    namespaces: namespaces.map(({ name, labels }) => ({ name: PREFIX + name, labels })),
    pods: pods.map((pod) => ({ ...pod, namespace: PREFIX + pod.namespace, ports: nameable(pod.ports) })),
    policies: (JSON.parse(text) as V1NetworkPolicy[])
      .map(readAlike)
      .flatMap(ONE_CHAIN ? byDirection : (each) => [each]),
  };
}

function readAlike({ spec, ...policy }: V1NetworkPolicy): V1NetworkPolicy {
  const { podSelector = {}, policyTypes = [], ingress, egress } = spec ?? {};
  const isIn = (type: string): boolean => policyTypes.length === 0 || policyTypes.includes(type);
  return {
    ...policy,
    spec: {
      podSelector,
      ...(policyTypes.length > 0 && { policyTypes }),
      ...(ingress && isIn('Ingress') && { ingress }),
      ...(egress && isIn('Egress') && { egress: egress.map(numbered) }),
    },
  };
}

/** The same in policies of one direction each. */
function byDirection({ metadata, spec, ...policy }: V1NetworkPolicy): V1NetworkPolicy[] {
  const { podSelector = {}, policyTypes = [], ingress, egress } = spec ?? {};
  const implied = egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  return (policyTypes.length > 0 ? policyTypes : implied).map((type) => ({
    ...policy,
    metadata: { ...metadata, name: `${metadata?.name}-${type.toLowerCase()}` },
    spec: {
      podSelector,
      policyTypes: [type],
      ...(type === 'Ingress' ? ingress && { ingress } : egress && { egress }),
    },
  }));
}

function numbered({ ports, ...rule }: EgressRule): EgressRule {
  const [number] = TCP_PORTS;
  const numbers = ports?.map((each) => (typeof each.port === 'string' ? { ...each, port: number } : each));
  return { ...rule, ...(numbers && { ports: numbers }) };
}

/** A scenario names ports that are listened on, each name once. */
function nameable(ports: RandomPod['ports']): RandomPod['ports'] {
  const open = ports.filter(({ protocol, port }) => OPEN.includes(`${protocol.toLowerCase()}/${port}`));
  return open.filter(({ name }, at) => open.findIndex((other) => other.name === name) === at);
}

/** By cell of the truth table. */
function predictions(set: RandomSet): ReadonlyMap<string, Answer> {
  const world = worldOf(set);
  const evaluator = compile(world);
  // A prober and a listener stand for each workload: one identity, two pods.
  const [probers, listeners] = [world.pods.slice(0, PODS), world.pods.slice(PODS)];
  return new Map(
    probers.flatMap((from, source) =>
      listeners.flatMap((to, destination) =>
        OPEN.map((endpoint) => {
          const [transport = '', port] = endpoint.split('/');
          const protocol = transport.toUpperCase() as TransportProtocol;
          const flow = { from: { pod: from }, to: { pod: to }, protocol, port: Number(port) };
          return [`pod-${source} -> pod-${destination}:${endpoint}`, evaluator.decide(flow)] as const;
        }),
      ),
    ),
  );
}

function worldOf({ namespaces, pods, policies }: RandomSet): World {
  const as = (role: string) =>
    pods.map(({ namespace, labels, ports }, at): PolicyPod => ({
      namespace,
      name: `${role}-${at}`,
      labels,
      ips: [],
      hostNetwork: false,
      ports: ports.map(({ name, protocol, port }) => ({ name, protocol, containerPort: port })),
      fromTemplate: false,
    }));
  return {
    pods: [...as('prober'), ...as('listener')],
    namespaces: namespaces.map((each) => ({ ...each, assumed: false })),
    nodes: [],
    services: [],
    policies,
    adminPolicies: [],
    foreign: [],
    notes: [],
  };
}

function scenarioOf(
  { namespaces, pods, policies }: RandomSet,
  answers: ReadonlyMap<string, Answer>,
): Written {
  const allowed = [...answers].filter(([, { verdict }]) => verdict === 'allow').map(([cell]) => cell);
  return {
    namespaces: Object.fromEntries(
      namespaces.map(({ name, labels }) => [name, { create: true, labels: { ...labels } }]),
    ),
    workloads: Object.fromEntries(
      pods.map(({ namespace, labels, ports }, at) => [
        `pod-${at}`,
        {
          namespace,
          labels,
          listen: OPEN,
          portNames: Object.fromEntries(
            ports.map(({ name, protocol, port }) => [name, `${protocol.toLowerCase()}/${port}`]),
          ),
        },
      ]),
    ),
    policies: policies.map(({ metadata, spec }) => ({
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      spec: spec ?? {},
    })),
    expect: {
      default: 'deny',
      rules: allowed.map((cell) => {
        const colon = cell.indexOf(':');
        return { [cell.slice(0, colon)]: cell.slice(colon + 1) };
      }),
    },
  };
}
