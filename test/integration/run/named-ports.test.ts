/** Policies that name a port: the name is looked up on each destination pod. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Lab, RUN_MS, table, type Written } from '../../support/sandbox-run.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());

/** Two versions of one server: the same name, other numbers. */
const SCENARIO: Written = {
  namespaces: { named: { create: true } },
  workloads: {
    old: {
      namespace: 'named',
      labels: { app: 'server' },
      listen: ['tcp/8080', 'tcp/9090'],
      portNames: { web: 'tcp/8080' },
    },
    new: {
      namespace: 'named',
      labels: { app: 'server' },
      listen: ['tcp/8080', 'tcp/9090'],
      portNames: { web: 'tcp/9090' },
    },
    nameless: { namespace: 'named', labels: { app: 'server' }, listen: ['tcp/8080'] },
    client: { namespace: 'named', labels: { app: 'client' } },
  },
  policies: [
    {
      name: 'server',
      namespace: 'named',
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }], ports: [{ port: 'web' }] }],
      },
    },
  ],
  expect: { default: 'deny', rules: [{ 'client -> old': 'tcp/8080' }, { 'client -> new': 'tcp/9090' }] },
};

test(
  'a named port lets through what carries the name, pod by pod',
  async () => {
    const proved = await lab.prove(SCENARIO);
    expect(proved.code).toBe(0);
    expect(table(proved)).toMatchObject({
      'client -> old:tcp/8080': 'reached',
      'client -> old:tcp/9090': 'dropped',
      'client -> new:tcp/8080': 'dropped',
      'client -> new:tcp/9090': 'reached',
      'client -> nameless:tcp/8080': 'dropped',
    });
  },
  RUN_MS,
);
