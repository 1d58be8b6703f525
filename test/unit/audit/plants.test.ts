/** A clean cluster has no finding; each planted violation is found, and nothing else. */
import { describe, expect, test } from '@jest/globals';
import type { Capabilities } from '../../../src/model/capabilities.ts';
import type { PreflightResult, RunResult } from '../../../src/model/result.ts';
import { auditOf, CLEAN, DENY_SHOP, type Planted, SCENARIO, told, WEB } from '../../support/audit.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import type { AuditDeps } from '../../../src/audit/perform.ts';
import { CAPABLE } from '../../support/record.ts';
import { type ProbeSpec, runResult } from '../../support/result.ts';

const SHOP = 'policies/shop.yaml';
const withWeb = (web: string): Planted => ({ files: { [SHOP]: [DENY_SHOP, web].join('---') } });
const beside = (text: string): Planted => ({ files: { 'planted.yaml': text } });

const policy = (name: string, namespace: string, spec: string, metadata = ''): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace}${metadata} }
spec: ${spec}
`;

const written = (manager: string): string =>
  `, managedFields: [{ manager: ${manager}, operation: Update, fieldsV1: { "f:spec": {} } }]`;

const ROWS: readonly (readonly [check: string, what: string, planted: Planted, found: readonly string[]])[] =
  [
    [
      'inventory',
      'a misspelt field',
      beside(policy('odd', 'shop', '{ podSelector: {}, policyTypes: [Ingress], ingres: [] }')),
      ['invalid-manifest Manifest/planted.yaml:5:50'],
    ],
    [
      'inventory',
      'an address range that is none',
      withWeb(WEB.replace(/- namespaceSelector.*\n.*\n/, '- ipBlock: { cidr: 10.0.0.0/99 }\n')),
      [
        'invalid-manifest NetworkPolicy/shop/web',
        'policy-allows-too-little Expectation/documented/web → db:tcp/5432',
      ],
    ],
    [
      'inventory',
      'a name for two different policies',
      { files: { 'zz.yaml': policy('db', 'data', '{ podSelector: {} }') } },
      ['invalid-manifest Manifest/zz.yaml:2:1'],
    ],
    ['inventory', 'a file that is no YAML', beside('a: [1'), ['unreadable Source/planted.yaml:1']],
    [
      'inventory',
      'a policy that only Cilium understands',
      beside(
        '{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { name: c, namespace: shop }, spec: {} }',
      ),
      [
        'egress-deny-uncertain Namespace/shop',
        'ingress-deny-uncertain Namespace/shop',
        'policy-unclear Expectation/documented/web → db:tcp/5432',
        'policy-unclear Expectation/documented/web → web:tcp/8080',
        'unevaluated-policy CiliumNetworkPolicy/shop/c',
      ],
    ],
    [
      'critical-namespaces',
      'a namespace of the sample without a policy',
      beside('{ apiVersion: v1, kind: Namespace, metadata: { name: forgotten } }'),
      [
        'critical-namespace-without-policy Namespace/forgotten',
        'namespace-without-policy Namespace/forgotten',
        'no-default-deny-egress Namespace/forgotten',
        'no-default-deny-ingress Namespace/forgotten',
      ],
    ],
    [
      'intended-matrix',
      'a rule that is too narrow',
      withWeb(WEB.replace('5432', '5433')),
      ['policy-allows-too-little Expectation/documented/web → db:tcp/5432'],
    ],
    [
      'intended-matrix',
      'a requirement that the policies do not know',
      { scenario: SCENARIO.replace('- web -> db: tcp/5432', '- web -x db: tcp/5432') },
      ['policy-allows-too-much Expectation/documented/web → db:tcp/5432'],
    ],
    [
      'intended-matrix',
      'a sampled namespace that no scenario documents',
      beside(
        [
          '{ apiVersion: v1, kind: Namespace, metadata: { name: legacy } }\n',
          DENY_SHOP.replace('namespace: shop', 'namespace: legacy'),
          CLEAN['pods.yaml']?.split('---')[1]?.replace('namespace: data', 'namespace: legacy'),
        ].join('---'),
      ),
      ['undocumented-namespace Namespace/legacy'],
    ],
    [
      'over-permissive',
      'a rule without peers and ports',
      withWeb(WEB.replace(/egress:[^]*/, 'egress: [{}]\n')),
      ['allows-everything NetworkPolicy/shop/web'],
    ],
    [
      'over-permissive',
      'a rule without peers',
      withWeb(WEB.replace(/- to:[^]*(?= {6}ports)/, '- ').replace(/- {7}ports/, '- ports')),
      ['allows-every-peer NetworkPolicy/shop/web'],
    ],
    [
      'over-permissive',
      'the whole internet',
      withWeb(`${WEB}    - { to: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ port: 443 }] }\n`),
      ['allows-any-address NetworkPolicy/shop/web'],
    ],
    [
      'over-permissive',
      'all namespaces',
      withWeb(`${WEB}    - { to: [{ namespaceSelector: {} }], ports: [{ port: 443 }] }\n`),
      ['allows-every-namespace NetworkPolicy/shop/web'],
    ],
    [
      'over-permissive',
      'all ports',
      withWeb(WEB.replace(/ {6}ports.*\n/, '')),
      ['allows-every-port NetworkPolicy/shop/web'],
    ],
    [
      'dead-rules',
      'a selector with a slip',
      beside(policy('typo', 'shop', '{ podSelector: { matchLabels: { app: wbe } }, policyTypes: [Egress] }')),
      ['selects-no-pod NetworkPolicy/shop/typo'],
    ],
    [
      'dead-rules',
      'a peer that is nobody',
      withWeb(
        `${WEB}    - { to: [{ podSelector: { matchLabels: { app: nobody } } }], ports: [{ port: 1 }] }\n`,
      ),
      ['peer-selects-nothing NetworkPolicy/shop/web'],
    ],
    [
      'dead-rules',
      'a port name that no pod has',
      withWeb(WEB.replace('port: 5432 }]', 'port: 5432 }, { port: nope }]')),
      ['unknown-port-name NetworkPolicy/shop/web'],
    ],
    [
      'namespace-coverage',
      'a namespace without a policy, beside the sample',
      {
        ...beside('{ apiVersion: v1, kind: Namespace, metadata: { name: forgotten } }'),
        config: {
          critical: { namespaces: ['shop'], labels: [] },
          sample: { size: 1 },
          defaultDeny: { required: { namespaces: ['shop'], labels: [] }, directions: ['ingress'] },
        },
      },
      ['namespace-without-policy Namespace/forgotten'],
    ],
    [
      'pod-coverage',
      'a pod that no policy isolates',
      {
        files: {
          'policies/data.yaml':
            CLEAN['policies/data.yaml']?.replace(
              'podSelector: {}',
              'podSelector: { matchLabels: { app: other } }',
            ) ?? '',
          'other.yaml': (CLEAN['pods.yaml'] ?? '').split('---')[1]?.replaceAll('db', 'other') ?? '',
        },
        config: { defaultDeny: { required: { namespaces: ['shop'], labels: [] }, directions: ['ingress'] } },
      },
      ['pod-open-for-egress Pod/data/db-0'],
    ],
    [
      'pod-coverage',
      'pods in a namespace without any policy',
      {
        files: {
          'planted.yaml': [
            '{ apiVersion: v1, kind: Namespace, metadata: { name: forgotten } }\n',
            CLEAN['pods.yaml']?.split('---')[1]?.replace('namespace: data', 'namespace: forgotten'),
          ].join('---'),
        },
        config: {
          critical: { namespaces: ['shop'], labels: [] },
          sample: { size: 1 },
          defaultDeny: { required: { namespaces: ['shop'], labels: [] }, directions: ['ingress'] },
        },
      },
      [
        'namespace-without-policy Namespace/forgotten',
        'pod-open-for-egress Namespace/forgotten',
        'pod-open-for-ingress Namespace/forgotten',
      ],
    ],
    [
      'manual-edits',
      'kubectl edit',
      beside(policy('edited', 'data', '{ podSelector: {} }', written('kubectl-edit'))),
      ['edited-by-hand NetworkPolicy/data/edited'],
    ],
    [
      'manual-edits',
      'kubectl apply, and no delivery tool',
      beside(policy('applied', 'data', '{ podSelector: {} }', written('kubectl-client-side-apply'))),
      ['applied-with-kubectl NetworkPolicy/data/applied'],
    ],
    [
      'default-deny',
      'a namespace that is closed for known pods only',
      {
        files: {
          [SHOP]: [
            DENY_SHOP.replace('podSelector: {}', 'podSelector: { matchLabels: { app: web } }'),
            WEB,
          ].join('---'),
        },
      },
      ['no-default-deny-egress Namespace/shop', 'no-default-deny-ingress Namespace/shop'],
    ],
    [
      'default-deny',
      'pods with one label are let out of it',
      {
        files: {
          [SHOP]: [
            DENY_SHOP.replace(
              'podSelector: {}',
              'podSelector: { matchExpressions: [{ key: debug, operator: DoesNotExist }] }',
            ),
            WEB,
          ].join('---'),
        },
      },
      ['no-default-deny-egress Namespace/shop', 'no-default-deny-ingress Namespace/shop'],
    ],
  ];

const DB_BY_TEAM = policy(
  'db',
  'data',
  '{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: a } } }] }] }',
);

describe('nothing passes for examined that was not', () => {
  test('a scenario that brings its own namespaces says nothing of live policies', async () => {
    const scenario = SCENARIO.replace('{ shop: {}, data: {} }', '{ shop: { create: true }, data: {} }');
    const { result } = await auditOf({ ...CLUSTER, scenario, deps: probing() });
    expect(told(result.findings)).toEqual([
      'probes-not-live Scenario/documented',
      'scenario-not-live Scenario/documented',
    ]);
    expect(result.summary.exitCode).toBe(4);
  });

  test('manifests without namespaces: those that anything is in are assumed', async () => {
    const files = { 'namespaces.yaml': '# none', 'pods.yaml': CLEAN['pods.yaml'] ?? '' };
    const planted = { files: { ...files, 'policies/shop.yaml': '# none' }, skip: ['change-control'] };
    const { result } = await auditOf(planted);
    expect(result.sample.population).toBe(3);
    expect(told(result.findings)).toEqual(
      expect.arrayContaining([
        'namespace-without-policy Namespace/shop',
        'pod-open-for-egress Namespace/shop',
      ]),
    );
    // Their names are known, and so are these labels; what else they have is not.
    expect(told(result.findings)).not.toContain('peer-selects-nothing NetworkPolicy/data/db');
    const byTeam = { ...planted.files, 'policies/data.yaml': DB_BY_TEAM };
    const unclear = await auditOf({ ...planted, files: byTeam });
    expect(told(unclear.result.findings)).toContain(
      'policy-unclear Expectation/documented/web → db:tcp/5432',
    );
  });

  test('nothing but a Service account: no namespace, nothing decided', async () => {
    const none = Object.fromEntries(Object.keys(CLEAN).map((file) => [file, '# none']));
    const files = {
      ...none,
      'sa.yaml': '{ apiVersion: v1, kind: ServiceAccount, metadata: { name: a, namespace: b } }',
    };
    const { result } = await auditOf({ files, scenario: '' });
    expect(result.summary.checks.pass).toBe(1);
    expect(result.checks.find((check) => check.result === 'pass')?.id).toBe('inventory');
    expect(result.summary.exitCode).toBe(4);
  });
});

describe('a clean cluster', () => {
  test('has no finding, and every check that needs no packets passes', async () => {
    const { result } = await auditOf({ skip: ['change-control'] });
    expect(told(result.findings)).toEqual([]);
    expect(result.checks.filter(({ result: each }) => each !== 'not-applicable').map(({ id }) => id)).toEqual(
      [
        'inventory',
        'critical-namespaces',
        'intended-matrix',
        'over-permissive',
        'dead-rules',
        'namespace-coverage',
        'pod-coverage',
        'default-deny',
      ],
    );
    expect(result.summary.exitCode).toBe(0);
  });
});

describe('planted', () => {
  test.each(ROWS)('%s: %s', async (check, _, planted, found) => {
    const { result } = await auditOf({ ...planted, skip: ['change-control'] });
    expect(told(result.findings)).toEqual(found);
    const rules = result.checks.find(({ id }) => id === check)?.rules ?? {};
    expect(found.some((each) => Object.keys(rules).includes(each.split(' ')[0] ?? ''))).toBe(true);
  });
});

const CLUSTER: Planted = { asCluster: true, skip: ['change-control'] };

function preflightWith(capabilities: Partial<Capabilities>): PreflightResult {
  return {
    record: { capabilities: { ...CAPABLE, ...capabilities }, detection: DETECTION },
  } as unknown as PreflightResult;
}

const DETECTION = { enforcer: { kind: 'known', names: ['Calico'] }, engines: [], meshes: [] };

/** The three sources to the two listeners, as the scenario has them. */
const PAIRS: readonly ProbeSpec[] = [
  { from: 'web', to: 'web', port: 'tcp/8080', expect: 'deny' },
  { from: 'web', to: 'db', port: 'tcp/5432', expect: 'allow' },
  { from: 'db', to: 'web', port: 'tcp/8080', expect: 'deny' },
  { from: 'db', to: 'db', port: 'tcp/5432', expect: 'deny' },
];

function probing(
  capabilities: Partial<Capabilities> = {},
  specs: readonly ProbeSpec[] = PAIRS,
): Pick<AuditDeps, 'probing'> {
  return {
    probing: {
      preflight: async () => preflightWith(capabilities),
      run: async ({ scenario: { name, file, digest } }): Promise<RunResult> =>
        runResult(specs, { record: { scenario: { name, file, digest } } }),
    },
  };
}

describe('with packets', () => {
  test('a clean cluster passes every check', async () => {
    const { result } = await auditOf({ ...CLUSTER, deps: probing() });
    expect(told(result.findings)).toEqual([]);
    expect(result.summary).toMatchObject({ exitCode: 0, checks: { fail: 0, inconclusive: 0, warn: 0 } });
  });

  test.each([
    ['egress is not enforced', { egress: 'absent' }, 'not-enforced Cluster/memory/egress', 3],
    ['ingress was not shown', { ingress: 'unknown' }, 'enforcement-unproven Cluster/memory/ingress', 4],
    [
      'a part of the API is not enforced',
      { proofs: [{ capability: 'except', proof: 'absent', because: 'it got through' }] },
      'weak-enforcement Cluster/memory/except',
      1,
    ],
  ] as const)('%s', async (_, capabilities, found, exitCode) => {
    const { result } = await auditOf({ ...CLUSTER, deps: probing(capabilities) });
    expect(told(result.findings)).toEqual([found]);
    expect(result.summary.exitCode).toBe(exitCode);
  });

  test.each([
    ['a leak', { cause: 'leak' }, 'leak Connection/documented/db → db:tcp/5432', 1],
    [
      'what could not be judged',
      { cause: 'path-dead' },
      'unproven Connection/documented/db → db:tcp/5432',
      4,
    ],
  ] as const)('%s', async (_, spec, found, exitCode) => {
    const specs = PAIRS.map((pair, index) => (index === 3 ? { ...pair, ...spec } : pair));
    const { result } = await auditOf({ ...CLUSTER, deps: probing({}, specs) });
    expect(told(result.findings)).toEqual([found]);
    expect(result.summary.exitCode).toBe(exitCode);
  });

  test('a run that can not be made is an open question', async () => {
    const deps = {
      probing: {
        preflight: async () => preflightWith({}),
        run: async () => Promise.reject(new NetproofError('deploy-failed', 'no room')),
      },
    };
    const { result } = await auditOf({ ...CLUSTER, deps });
    expect(told(result.findings)).toEqual(['not-probed Scenario/documented']);
  });

  test('an interruption ends it', async () => {
    const deps = {
      probing: {
        preflight: async () => Promise.reject(new NetproofError('interrupted', 'stopped')),
        run: async () => Promise.reject(new Error('not reached')),
      },
    };
    await expect(auditOf({ ...CLUSTER, deps })).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('without packets nothing passes for proven', async () => {
    const { result } = await auditOf(CLUSTER);
    const open = result.checks.filter((check) => check.result === 'inconclusive').map(({ id }) => id);
    expect(open).toEqual(['enforcement', 'connectivity']);
    expect(result.summary.exitCode).toBe(4);
  });

  test('what may not be read is told', async () => {
    const { result } = await auditOf({ ...CLUSTER, deps: probing(), forbidden: ['ingresses'] });
    expect(told(result.findings)).toEqual(['unreadable Source/ingresses.networking.k8s.io']);
  });

  test('policies in a version that is not known here are told', async () => {
    const { result } = await auditOf({
      ...CLUSTER,
      deps: probing(),
      served: ['networking.k8s.io/v1', 'policy.networking.k8s.io/v2'],
    });
    expect(told(result.findings)).toEqual(['unreadable Source/policy.networking.k8s.io']);
  });

  test('a kind that the server does not have is not asked for', async () => {
    const { result } = await auditOf({
      ...CLUSTER,
      deps: probing(),
      served: ['networking.k8s.io/v1'],
      forbidden: ['ciliumnetworkpolicies', 'gateways'],
    });
    expect(told(result.findings)).toEqual([]);
  });

  test('without the right to read policies there is no audit', async () => {
    await expect(auditOf({ ...CLUSTER, forbidden: ['networkpolicies'] })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('the order of findings', () => {
  test('failures before questions before warnings; what is exposed most first; the system and exceptions last', async () => {
    const namespace = (name: string, labels = ''): string =>
      `{ apiVersion: v1, kind: Namespace, metadata: { name: ${name}${labels} } }`;
    const service =
      '{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: d-open }, spec: { type: LoadBalancer } }';
    const planted = [
      namespace('a-plain'),
      namespace('b-prod', ', labels: { env: prod }'),
      namespace('c-store'),
      `{ apiVersion: v1, kind: Pod, metadata: { name: db, namespace: c-store }, spec: { containers: [{ image: redis }] } }`,
      namespace('d-open'),
      service,
      namespace('kube-other'),
      namespace('e-excepted', ', labels: { env: prod }'),
    ].join('\n---\n');
    const { result } = await auditOf({
      ...beside(planted),
      skip: ['change-control'],
      exceptions: excepting('2030-01-01', '*/e-excepted'),
    });
    const order = result.findings
      .filter(({ rule }) => rule === 'namespace-without-policy')
      .map(({ subject }) => subject.name);
    expect(order).toEqual(['d-open', 'b-prod', 'c-store', 'a-plain', 'kube-other', 'e-excepted']);
    const severities = result.findings.filter(({ exception }) => !exception).map(({ severity }) => severity);
    const ranks = severities.map((each) => ['fail', 'inconclusive', 'warn', 'note'].indexOf(each));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });
});

const FORGOTTEN = '{ apiVersion: v1, kind: Namespace, metadata: { name: forgotten } }';
const excepting = (expires: string, subject = 'Namespace/forgotten'): string => `
apiVersion: netproof/v1
kind: AuditExceptions
exceptions:
  - { id: RISK-1, rule: "*", subject: "${subject}", owner: ops, reason: empty, approvedBy: ciso, expires: ${expires} }
`;

describe('exceptions', () => {
  const audited = (exceptions: string) =>
    auditOf({ ...beside(FORGOTTEN), skip: ['change-control'], exceptions });

  test('cover what they name, to the last day', async () => {
    const { result } = await audited(excepting('2026-01-02'));
    expect(told(result.findings)).toEqual([]);
    expect(result.exceptions).toMatchObject([{ state: 'used', owner: 'ops' }]);
    expect(result.exceptions[0]?.findings).toHaveLength(4);
    expect(result.summary).toMatchObject({ exitCode: 0, excepted: 4 });
  });

  test('cover nothing from the next day on, and fail', async () => {
    const { result } = await audited(excepting('2026-01-01'));
    expect(told(result.findings)).toEqual([
      'critical-namespace-without-policy Namespace/forgotten',
      'expired-exception Exception/RISK-1',
      'namespace-without-policy Namespace/forgotten',
      'no-default-deny-egress Namespace/forgotten',
      'no-default-deny-ingress Namespace/forgotten',
    ]);
    expect(result.summary.exitCode).toBe(1);
  });

  test('that cover nothing are a warning', async () => {
    const { result } = await auditOf({
      skip: ['change-control'],
      exceptions: excepting('2030-01-01', 'Namespace/gone'),
    });
    expect(told(result.findings)).toEqual(['unused-exception Exception/RISK-1']);
    expect(result.summary.exitCode).toBe(0);
  });

  test.each([
    ['a day that is none', excepting('2026-02-30'), 'exceptions.yaml:5:', 'no day of the calendar'],
    ['a date in another form', excepting('soon'), 'exceptions.yaml:5:', 'is not a date'],
    [
      'no owner',
      excepting('2030-01-01').replace('owner: ops, ', ''),
      'exceptions.yaml:5:',
      '"owner" is missing',
    ],
  ])('%s is told with its place', async (_, exceptions, place, message) => {
    const error = await auditOf({ exceptions }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config-invalid', exitCode: 2 });
    const [issue] = (error as NetproofError).issues;
    expect(`${issue?.position?.file}:${issue?.position?.line}:${issue?.position?.column}`).toContain(place);
    expect(issue?.message).toContain(message);
  });
});
