import { expect, test } from '@jest/globals';
import type { PolicyManifest } from '../../../src/model/scenario.ts';
import { differenceOf } from '../../../src/mutate/foresee.ts';
import { mutantsOf } from '../../../src/mutate/mutants.ts';

const position = { file: 'p.yaml', line: 1, column: 1 };
const metadata = { name: 'p', namespace: 'shop' };
const policy = (spec: object): PolicyManifest => ({
  position,
  manifest: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec },
});
const ALL = { podSelector: {} };
const [one, two] = [{ ports: [{ port: 1 }] }, { ports: [{ port: 2 }] }];

test.each([
  [
    'a default deny is dropped with its policy',
    { ...ALL, policyTypes: ['Ingress'] },
    { 'ingress default deny': undefined },
  ],
  [
    'one rule goes, and the isolation stays',
    { ...ALL, ingress: [one, two] },
    {
      'ingress default deny': undefined,
      'ingress[0]': { ...ALL, policyTypes: ['Ingress'], ingress: [two] },
      'ingress[1]': { ...ALL, policyTypes: ['Ingress'], ingress: [one] },
    },
  ],
  [
    'egress rules isolate without a type that says so, also when the last of them is gone',
    { ...ALL, egress: [one] },
    {
      'ingress default deny': { ...ALL, policyTypes: ['Egress'], egress: [one] },
      'egress default deny': { ...ALL, policyTypes: ['Ingress'] },
      'egress[0]': { ...ALL, policyTypes: ['Ingress', 'Egress'], egress: [] },
    },
  ],
])('%s', (_, spec, expected) => {
  const kept = policy({ ...ALL, policyTypes: ['Egress'] });
  const found = mutantsOf([policy(spec)]).map(({ id, policies }) => [id, policies[0]?.manifest['spec']]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(expected).map(([id, left]) => [`NetworkPolicy shop/p ${id}`, left])),
  );
  // What is dropped from one leaves the others as they are.
  for (const { id, policies } of mutantsOf([policy(spec), kept]).slice(0, -1)) {
    expect({ id, last: policies.at(-1) }).toEqual({ id, last: kept });
  }
});

test('only what is certain before and after counts as a change', () => {
  const [allow, deny] = [
    { verdict: 'allow', certain: true },
    { verdict: 'deny', certain: true },
  ] as const;
  const maybe = { verdict: 'deny', certain: false } as const;
  expect(differenceOf([allow, allow, allow, deny], [allow, deny, maybe, undefined])).toEqual({
    changed: 1,
    unsure: 2,
  });
});
