/** Planning: 5,000 workloads that listen and ask, which are 10,000 pods, in 200 namespaces, as `netproof plan` does. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NAMESPACES = 200;
const WORKLOADS_EACH = 25;
/** What the policies tell apart in each namespace. */
const APPS = 2;

/** Of each namespace's workloads half are one application; all differ in a label that no policy looks at. */
export function writeCrowd(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: NAMESPACES }, (_, index) => `team-${index}`);
  const workloads = names.flatMap((namespace) =>
    Array.from({ length: WORKLOADS_EACH }, (_, index): [string, object] => [
      `${namespace}-w${index}`,
      { namespace, labels: { app: `app-${index % APPS}`, instance: `i-${index}` }, listen: ['tcp/8080'] },
    ]),
  );
  const policies = names.flatMap((namespace) => [
    policy(namespace, 'closed', { podSelector: {}, policyTypes: ['Ingress'] }),
    policy(namespace, 'front', {
      podSelector: { matchLabels: { app: 'app-0' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: {} }] }],
    }),
  ]);
  const scenario = {
    apiVersion: 'netproof/v1',
    kind: 'Scenario',
    metadata: { name: 'crowd' },
    namespaces: Object.fromEntries(names.map((name) => [name, { create: true }])),
    workloads: Object.fromEntries(workloads),
    policies: ['policies.yaml'],
    expect: { default: 'deny' },
  };
  writeFileSync(
    join(folder, 'policies.yaml'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: policies }),
  );
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, JSON.stringify(scenario, null, 1));
  return file;
}

function policy(namespace: string, name: string, spec: object): object {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec };
}

/** Told by the process itself when it ends, in kilobytes. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write(`rss=${process.resourceUsage().maxRSS}`));",
)}`;

/** The whole command, from the start of the process to its end. */
export async function benchPlan(netproof: string, folder: string): Promise<object> {
  const scenario = writeCrowd(join(folder, 'plan'));
  const argv = [`--import=${TELL_MEMORY}`, netproof, 'plan', scenario];
  const from = performance.now();
  const { stderr } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 1e9 });
  const wallMs = Math.round(performance.now() - from);
  const maxRssMb = Math.round(Number(/rss=(\d+)/.exec(stderr)?.[1]) / 1000);
  return { bench: 'plan', pods: 2 * NAMESPACES * WORKLOADS_EACH, namespaces: NAMESPACES, wallMs, maxRssMb };
}
