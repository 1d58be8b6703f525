/** The scenarios that people copy, as an account that has the printed rights and no other. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { TABLES } from '../support/shipped.ts';
import { type Account, accountFor } from './support/account.ts';
import { asHere } from './support/engine.ts';
import { leftovers, list, nothingLeft } from './support/objects.ts';
import { HAS_WORLD, OUTSIDE, RUN_MS } from './support/place.ts';
import { prove, table, type Written, writeScenario } from './support/scenario.ts';

beforeAll(async () => expect(await leftovers()).toEqual([]), RUN_MS);
afterEach(() => nothingLeft(), RUN_MS);

const SHIPPED = ['three-tier', 'tenant-isolation', 'egress-lockdown'] as const;
// The third needs the internet and a metadata service; a scenario below is of its kind and needs less.
describe.each(SHIPPED.filter((name) => HAS_WORLD || name !== 'egress-lockdown'))('scenarios/%s', (name) => {
  const file = `scenarios/${name}/scenario.yaml`;
  let account: Account;
  beforeAll(async () => {
    account = await accountFor(file);
  }, RUN_MS);
  afterAll(() => account.remove(), RUN_MS);

  test(
    'is proven with the printed rights alone',
    async () => {
      const proved = await prove(file, { kubeconfig: account.kubeconfig });
      expect(table(proved)).toEqual(asHere(TABLES[name]));
      expect(proved.code).toBe(0);
      expect(proved.result.summary).toMatchObject({ fail: 0, inconclusive: 0 });
      expect(proved.result.record.cluster.nodes.map((node) => node.name).toSorted()).toEqual(
        (await list('nodes')).map(({ metadata }) => metadata.name).toSorted(),
      );
    },
    RUN_MS,
  );
});

const outside = OUTSIDE === undefined ? describe.skip : describe;
outside('a host outside the cluster (NETPROOF_E2E_OUTSIDE)', () => {
  const [host = '', port = ''] = (OUTSIDE ?? '').split(':');
  const policy = (name: string, spec: object) => ({ name, namespace: 'np-e2e-out', spec });
  const scenario: Written = {
    namespaces: { 'np-e2e-out': { create: true } },
    workloads: {
      gateway: { namespace: 'np-e2e-out', labels: { app: 'gateway' }, listen: ['http/8080'] },
      worker: { namespace: 'np-e2e-out', labels: { app: 'worker' } },
    },
    targets: {
      internet: { host, ports: [`http/${port}`] },
      'api-server': { service: 'kubernetes.default', ports: ['tcp/443'] },
      lookup: { dns: 'kubernetes.default.svc.cluster.local' },
    },
    policies: [
      policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
      policy('lookups', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })) }],
      }),
      policy('gateway-in', {
        podSelector: { matchLabels: { app: 'gateway' } },
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8080 }] }],
      }),
      policy('worker', {
        podSelector: { matchLabels: { app: 'worker' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'gateway' } } }] }],
      }),
      policy('gateway-out', {
        podSelector: { matchLabels: { app: 'gateway' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: `${host}/32` } }] }],
      }),
    ],
    expect: {
      default: 'deny',
      rules: [
        { 'worker -> gateway': 'http/8080' },
        { '* -> lookup': 'dns' },
        { from: 'gateway', to: 'internet', ports: 'all', expect: 'allow', status: 200 },
      ],
    },
  };

  test(
    'is reached through the gateway alone',
    async () => {
      const file = writeScenario(scenario);
      const account = await accountFor(file);
      try {
        const proved = await prove(file, { kubeconfig: account.kubeconfig });
        const dropping = {
          'gateway -> gateway:http/8080': 'dropped',
          'worker -> gateway:http/8080': 'reached',
          [`gateway -> internet:http/${port}`]: 'reached',
          [`worker -> internet:http/${port}`]: 'dropped',
          'gateway -> api-server:tcp/443': 'dropped',
          'worker -> api-server:tcp/443': 'dropped',
          'gateway -> lookup:dns/53': 'reached',
          'worker -> lookup:dns/53': 'reached',
        };
        expect(table(proved)).toEqual(asHere(dropping));
        expect(proved.code).toBe(0);
      } finally {
        await account.remove();
      }
    },
    RUN_MS,
  );
});
