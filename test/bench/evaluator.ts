/** The policy evaluator: a connection between every two of 1000 pods, under 1000 policies. */
import { compile } from '../../src/policy/evaluator.ts';
import type { TransportProtocol, World } from '../../src/policy/world.ts';

const NAMESPACES = 50;
const PODS_EACH = 20;
const POLICIES_EACH = 20;
const PORTS: readonly (readonly [TransportProtocol, number])[] = [
  ['TCP', 80],
  ['TCP', 443],
  ['TCP', 5432],
  ['TCP', 8080],
  ['TCP', 9090],
  ['UDP', 53],
  ['UDP', 5353],
];

/** What a busy cluster has: default denies, rules between applications, teams, a block and a named port. */
function worldOf(): World {
  const names = Array.from({ length: NAMESPACES }, (_, at) => `team-${at}`);
  const metadata = (namespace: string, name: string) => ({ namespace, name });
  const app = (at: number) => ({ matchLabels: { app: `app-${at % PODS_EACH}` } });
  return {
    namespaces: names.map((name, at) => ({ name, labels: { zone: `zone-${at % 5}` }, assumed: false })),
    pods: names.flatMap((namespace, space) =>
      Array.from({ length: PODS_EACH }, (_, at) => ({
        namespace,
        name: `app-${at}`,
        labels: { app: `app-${at}`, tier: `tier-${at % 3}` },
        ips: [`10.${space}.0.${at}`],
        node: `node-${at % 10}`,
        hostNetwork: false,
        ports: [{ name: 'http', protocol: 'TCP' as const, containerPort: at % 2 === 0 ? 8080 : 9090 }],
        fromTemplate: false,
      })),
    ),
    policies: names.flatMap((namespace) => [
      {
        metadata: metadata(namespace, 'deny'),
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      },
      {
        metadata: metadata(namespace, 'dns'),
        spec: {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [{ ports: [{ protocol: 'UDP', port: 53 }] }],
        },
      },
      ...Array.from({ length: POLICIES_EACH - 2 }, (_, at) => ({
        metadata: metadata(namespace, `app-${at}`),
        spec: {
          podSelector: app(at),
          policyTypes: ['Ingress', 'Egress'],
          ingress: [
            { from: [{ podSelector: app(at + 1) }], ports: [{ port: 'http' as never }] },
            {
              from: [{ namespaceSelector: { matchLabels: { zone: `zone-${at % 5}` } } }],
              ports: [{ port: 443 }],
            },
          ],
          egress: [
            {
              to: [
                { podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['tier-1'] }] } },
              ],
            },
            {
              to: [{ ipBlock: { cidr: '10.0.0.0/8', except: [`10.${at}.0.0/16`] } }],
              ports: [{ port: 5000, endPort: 9000 }],
            },
          ],
        },
      })),
    ]),
    nodes: [],
    services: [],
    adminPolicies: [],
    foreign: [],
    notes: [],
  };
}

/** Times in milliseconds; CPU time of the process, of which this is one thread. */
export function benchEvaluator(): object {
  const world = worldOf();
  const [from, cpuFrom] = [performance.now(), process.cpuUsage()];
  const evaluator = compile(world);
  const compiled = performance.now();
  let [decisions, allowed] = [0, 0];
  for (let source = 0; source < world.pods.length; source++) {
    for (let destination = 0; destination < world.pods.length; destination++) {
      const [protocol, port] = PORTS[decisions % PORTS.length] ?? ['TCP', 80];
      if (evaluator.answer(source, destination, protocol, port).verdict === 'allow') allowed++;
      decisions++;
    }
  }
  const decided = performance.now();
  const { user, system } = process.cpuUsage(cpuFrom);
  return {
    bench: 'evaluator',
    policies: world.policies.length,
    pods: world.pods.length,
    classes: new Set(evaluator.classes).size,
    decisions,
    allowed,
    compileMs: Math.round(compiled - from),
    decideMs: Math.round(decided - compiled),
    cpuMs: Math.round((user + system) / 1000),
    decisionsPerSecond: Math.round(decisions / ((decided - compiled) / 1000)),
  };
}
