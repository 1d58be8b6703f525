/** explain, init and diff on a cluster with workloads, policies and packets. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Explanation } from '../../../src/explain/explanation.ts';
import type { RunDiff } from '../../../src/model/diff.ts';
import { type Ended, netproof } from '../../support/netproof.ts';
import { Lab, RUN_MS, unlessStarved } from '../../support/sandbox-run.ts';
import { eventually } from '../../support/until.ts';

let lab: Lab;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netproof-commands-'));
  lab = await Lab.open();
  await lab.namespace('shop', { team: 'shop' });
  await lab.namespace('data');
  await deployment('shop', 'web', 2, [8080, 80]);
  await deployment('shop', 'api', 1, [9090]);
  await deployment('data', 'db', 1, [5432]);
  const shopApi = {
    namespaceSelector: { matchLabels: { team: 'shop' } },
    podSelector: { matchLabels: { app: 'api' } },
  };
  await policy('data', 'db', { ingress: [{ from: [shopApi], ports: [{ port: 5432 }] }] });
  await policy('shop', 'api', {
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 'port-9090' }] }],
  });
  // No lookups, no API server.
  await policy('shop', 'web', {
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: {} }] }],
  });
  await eventually(
    () => lab.core.listPodForAllNamespaces({ labelSelector: 'app' }),
    ({ items }) => items.filter(({ status }) => status?.podIP !== undefined).length === 4,
  );
}, RUN_MS);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await lab.close();
});

function deployment(
  namespace: string,
  app: string,
  replicas: number,
  ports: readonly number[],
): Promise<void> {
  const container = {
    name: 'main',
    image: 'node:22',
    command: ['node', '-e', 'setInterval(() => {}, 1e6)'],
    ports: ports.map((containerPort) => ({ name: `port-${containerPort}`, containerPort })),
  };
  const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
  return lab.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace },
    spec: { replicas, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec } },
  });
}

function policy(namespace: string, app: string, rules: object): Promise<void> {
  return lab.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: app, namespace },
    spec: { podSelector: { matchLabels: { app } }, ...rules },
  });
}

function ran(...args: readonly string[]): Promise<Ended> {
  return netproof(args, { KUBECONFIG: lab.sandbox.kubeconfigPath });
}

test('explain names the policy that decides, as the cluster has it', async () => {
  const { code, stdout } = await ran('explain', 'shop/web -> data/db:5432', '-o', 'json', '--exit-code');
  const { verdict, certain, from, cases } = JSON.parse(stdout) as Explanation;
  expect({ code, verdict, certain, pods: from.pods }).toEqual({
    code: 1,
    verdict: 'deny',
    certain: true,
    pods: 2,
  });
  expect(cases[0]?.egress).toMatchObject({
    verdict: 'deny',
    mentions: [{ policy: 'NetworkPolicy shop/web' }, {}],
  });
  const people = await ran('explain', 'api -> data/db:5432', '-n', 'shop');
  expect(people).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ALLOWED .*\n[^]*NetworkPolicy data\/db ingress\[0\]/),
  });
});

test(
  'init writes what validates, runs unchanged and is proven; diff finds what then opens',
  async () => {
    const file = join(folder, 'scenario.yaml');
    expect(await ran('init', '-o', file)).toMatchObject({ code: 0, stdout: '' });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/\n {2}web: \{ namespace: shop, like: deployment\/web, listen: \[tcp\/8080\] \}\n/);
    expect(text).toMatch(/\n {2}cluster-dns: /);
    expect(text).not.toMatch(/kube-system/);
    expect(await ran('validate', file)).toMatchObject({ code: 0 });
    expect(await ran('init', '-o', file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there already/),
    });
    expect(await readFile(file, 'utf8')).toBe(text);

    const before = await unlessStarved(() => ran('run', file, '-o', 'json', '--skip-preflight'));
    expect({
      code: before.code,
      fails: before.result.verdicts.filter(({ verdict }) => verdict !== 'pass'),
    }).toEqual({
      code: 0,
      fails: [],
    });
    await lab.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'open', namespace: 'data' },
      spec: { podSelector: {}, ingress: [{}] },
    });
    const after = await unlessStarved(() => ran('run', file, '-o', 'json', '--skip-preflight'));
    const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')];
    await writeFile(a, before.stdout);
    await writeFile(b, after.stdout);
    const compared = await ran('diff', a, b, '-o', 'json');
    const diff = JSON.parse(compared.stdout) as RunDiff;
    expect(compared.code).toBe(1);
    expect(diff.pairs.map(({ change, source, endpoint }) => `${change} ${source} ${endpoint}`)).toEqual(
      ['db'].map((source) => `opened ${source} db:tcp/5432`),
    );
  },
  2 * RUN_MS,
);
