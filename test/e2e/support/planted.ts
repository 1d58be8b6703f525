/** For an audit: a clean namespace, and beside it one violation per check in namespaces of their own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from './objects.ts';
import { IMAGE } from './place.ts';
import { newFile } from './scenario.ts';

const PREFIX = 'np-e2e-audit';
const place = (name: string): string => `${PREFIX}-${name}`;

export const NAMESPACES: readonly Manifest[] = [
  'shop',
  'critical',
  'uncovered',
  'leaky',
  'rules',
  'pods',
  'open',
].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: place(name) } }));

function policy(namespace: string, name: string, spec: object): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: place(namespace) },
    spec,
  };
}

function pod(namespace: string, app: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${app}-0`, namespace: place(namespace), labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: IMAGE ?? 'docker.io/library/node:22-alpine',
          command: ['node', '-e', 'setInterval(() => {}, 1e6)'],
        },
      ],
    },
  };
}

const labelled = (app: string) => ({ podSelector: { matchLabels: { app } } });
const port = (number: number) => ({ protocol: 'TCP', port: number });
const closed = (namespace: string): Manifest =>
  policy(namespace, 'default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const outgoing = (app: string, to: object, number: number) => ({
  ...labelled(app),
  policyTypes: ['Egress'],
  egress: [{ to: [to], ports: [port(number)] }],
});
const incoming = (app: string, from: object, number: number) => ({
  ...labelled(app),
  policyTypes: ['Ingress'],
  ingress: [{ from: [from], ports: [port(number)] }],
});

const drifted = (number: number): Manifest =>
  policy('rules', 'drifted', outgoing('rules', labelled('rules'), number));

/** Written by a person's tool. */
export const EDITED = policy('rules', 'edited', outgoing('rules', labelled('rules'), 8443));

const COMMITTED: readonly Manifest[] = [
  closed('shop'),
  policy('shop', 'web', outgoing('web', labelled('db'), 5432)),
  policy('shop', 'db', incoming('db', labelled('web'), 5432)),
  closed('leaky'),
  policy('leaky', 'in', incoming('leaky', labelled('leaky'), 8080)),
  policy('leaky', 'out', outgoing('leaky', labelled('leaky'), 8080)),
  closed('rules'),
  policy('rules', 'any', outgoing('rules', { ipBlock: { cidr: '0.0.0.0/0' } }, 443)),
  policy('rules', 'typo', outgoing('ruels', labelled('rules'), 443)),
  policy('pods', 'ingress-only', { podSelector: {}, policyTypes: ['Ingress'] }),
  policy('open', 'known', { ...labelled('known'), policyTypes: ['Ingress', 'Egress'] }),
];

export const SEED: readonly Manifest[] = [
  ...COMMITTED,
  drifted(444),
  policy('rules', 'unversioned', outgoing('rules', labelled('rules'), 9443)),
  pod('shop', 'web'),
  pod('shop', 'db'),
  pod('leaky', 'leaky'),
  pod('rules', 'rules'),
  pod('pods', 'lone'),
  pod('open', 'known'),
];

/** `rule subject`, sorted. Beside them, what the network plugin leaves undone. */
export const PLANTED: readonly string[] = [
  `allows-any-address NetworkPolicy/${place('rules')}/any`,
  `critical-namespace-without-policy Namespace/${place('critical')}`,
  `drift NetworkPolicy/${place('rules')}/drifted`,
  `edited-by-hand NetworkPolicy/${place('rules')}/edited`,
  'expired-exception Exception/EXPIRED',
  'leak Connection/documented/leaky → leaky:tcp/8080',
  `namespace-without-policy Namespace/${place('uncovered')}`,
  `no-default-deny-egress Namespace/${place('open')}`,
  `no-default-deny-ingress Namespace/${place('open')}`,
  `only-live NetworkPolicy/${place('rules')}/unversioned`,
  `pod-open-for-egress Pod/${place('pods')}/lone-0`,
  'policy-allows-too-much Expectation/documented/leaky → leaky:tcp/8080',
  `selects-no-pod NetworkPolicy/${place('rules')}/typo`,
  'unreadable Source/ingresses.networking.k8s.io',
  'unused-exception Exception/UNUSED',
];

/** Nothing is documented for `leaky`, so it must reach nobody. */
const SCENARIO = {
  apiVersion: 'netproof/v1',
  kind: 'Scenario',
  metadata: { name: 'documented' },
  namespaces: { [place('shop')]: {}, [place('leaky')]: {} },
  workloads: {
    web: { namespace: place('shop'), labels: { app: 'web' } },
    db: { namespace: place('shop'), labels: { app: 'db' }, listen: ['tcp/5432'] },
    leaky: { namespace: place('leaky'), labels: { app: 'leaky' }, listen: ['tcp/8080'] },
  },
  expect: { default: 'deny', rules: [{ 'web -> db': 'tcp/5432' }] },
};

const approved = { owner: 'ops', reason: 'a test', approvedBy: 'the suite' };
const EXCEPTIONS = {
  apiVersion: 'netproof/v1',
  kind: 'AuditExceptions',
  exceptions: [
    // A namespace without a policy is found by two checks: this leaves one of them.
    {
      id: 'USED',
      rule: 'namespace-without-policy',
      subject: `Namespace/${place('critical')}`,
      expires: '2999-12-31',
      ...approved,
    },
    { id: 'UNUSED', rule: '*', subject: 'Namespace/nobody', expires: '2999-12-31', ...approved },
    { id: 'EXPIRED', rule: '*', subject: 'Namespace/nobody', expires: '2020-12-31', ...approved },
  ],
};

const configFor = (others: readonly string[]): object => ({
  apiVersion: 'netproof/v1',
  kind: 'AuditConfig',
  metadata: { name: 'e2e' },
  critical: { namespaces: [place('critical')] },
  sample: { size: 1, seed: 'e2e' },
  // What else is in the cluster is not ours to judge.
  system: others,
  coverage: { system: 'ignore' },
  defaultDeny: { required: { namespaces: [place('shop'), place('open')] } },
  scenarios: ['scenario.yaml'],
  exceptions: 'exceptions.yaml',
  git: { repository: 'deploy', folder: 'policies', reviews: 'fail' },
});

/**
 * Writes what the audit goes by, and a clone with a reviewed commit of the policies.
 *
 * @param others namespaces that are not the suite's
 */
export function writeFiles(others: readonly string[]): {
  readonly config: string;
  readonly scenario: string;
} {
  const config = newFile('audit.yaml');
  const folder = dirname(config);
  const write = (name: string, content: object): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // JSON is YAML.
    writeFileSync(join(folder, name), JSON.stringify(content, undefined, 1));
  };
  write('audit.yaml', configFor(others));
  write('scenario.yaml', SCENARIO);
  write('exceptions.yaml', EXCEPTIONS);
  const items = [...COMMITTED, drifted(443), EDITED];
  write('deploy/policies/all.yaml', { apiVersion: 'v1', kind: 'List', items });
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', join(folder, 'deploy'), '-c', 'user.name=J', '-c', 'user.email=j@x', ...args]);
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'Policies (#1)');
  return { config, scenario: join(folder, 'scenario.yaml') };
}
