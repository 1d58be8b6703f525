/** Which workloads another may stand for, and what becomes of the matrix. */
import { describe, expect, test } from '@jest/globals';
import type { NamespaceSpec, PolicyManifest, Rule, Workload } from '../../../src/model/scenario.ts';
import { withoutMembers } from '../../../src/plan/classes.ts';
import { planRun } from '../../../src/plan/plan.ts';
import { declaredClasses, heldClasses } from '../../../src/prediction/classes.ts';
import { declaredIdentities } from '../../../src/prediction/telling.ts';
import { expandMatrix } from '../../../src/scenario/expand.ts';
import { rule, scenario, workload } from '../scenario/make.ts';

const position = { file: 'scenario.yaml', line: 1, column: 1 };
/** Two that differ in a label that no policy looks at. */
const twin = (name: string, more: Partial<Workload> = {}): Workload => ({
  ...workload(name, ['tcp/80']),
  labels: { app: 'web', n: name },
  ...more,
});
const selecting = (spec: object): PolicyManifest => ({
  position,
  manifest: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec,
  },
});
const BY_APP = selecting({ podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] });

function made(
  second: Partial<Workload> = {},
  more: {
    rules?: readonly Rule[];
    policies?: readonly PolicyManifest[];
    namespaces?: readonly NamespaceSpec[];
  } = {},
) {
  const workloads = [
    twin('a'),
    twin('b', second),
    { ...workload('db', ['tcp/5432']), labels: { app: 'db' } },
  ];
  const { rules = [], ...rest } = more;
  return { ...scenario({ workloads, rules }), policies: [BY_APP], ...rest };
}

const TOGETHER = [{ representative: 'a', members: ['b'] }];

describe('b stands apart from a', () => {
  const standing: NamespaceSpec = { name: 'shop', create: false, labels: {}, position };
  const expressions = [{ key: 'n', operator: 'Exists' }];
  const peer = { ingress: [{ from: [{ podSelector: { matchLabels: { n: 'other' } } }] }] };

  test.each([
    ['not if only a label differs that no policy looks at', made(), TOGETHER],
    ['by a label that a policy selects by', made({ labels: { app: 'other' } }), []],
    [
      'by one that a rule names',
      made({}, { policies: [selecting({ podSelector: {}, policyTypes: ['Ingress'], ...peer })] }),
      [],
    ],
    [
      'by the value of one whose mere presence counts: policies look at it all the same',
      made({}, { policies: [selecting({ podSelector: { matchExpressions: expressions } })] }),
      [],
    ],
    ['by a service account', made({ serviceAccount: 'other' }), []],
    ['by its ports', made({ listen: [{ protocol: 'tcp', port: 81 }] }), []],
    ['by the name of a port', made({ portNames: { http: { protocol: 'tcp', port: 80 } } }), []],
    ['by its node', made({ placement: { kind: 'node', node: 'worker-1' } }), []],
    ['by standing away from another', made({ placement: { kind: 'different', workload: 'db' } }), []],
    ['and a from b, which stands beside it', made({ placement: { kind: 'same', workload: 'a' } }), []],
    ['by an expectation of its own as a source', made({}, { rules: [rule(3, 'a', 'db', 'tcp/5432')] }), []],
    ['by one as a destination', made({}, { rules: [rule(3, 'db', 'b', 'tcp/80')] }), []],
    [
      'by one that says the same on another line',
      made({}, { rules: [rule(3, 'a', 'db', 'all'), rule(4, 'b', 'db', 'all')] }),
      [],
    ],
    ['not by one that both share', made({}, { rules: [rule(3, 'a b', 'db', 'all')] }), TOGETHER],
    ['by a namespace whose policies nobody has read', made({}, { namespaces: [standing] }), []],
    ['by a real workload that nobody has looked at', made({ like: { kind: 'deployment', name: 'b' } }), []],
  ])('%s', (_, given, classes) => {
    expect(declaredClasses(given)).toEqual(classes);
  });
});

test.each([
  [50, 50],
  [300, 150],
  [1000, 500],
  [60_000, 500],
])('with a timeout of %i ms a listener must not stand still for %i ms', (timeoutMs, expected) => {
  const given = made();
  const scenario = { ...given, attempt: { ...given.attempt, timeoutMs } };
  expect(planRun({ scenario, matrix: expandMatrix(given) }, { runId: 'x' }).stallMs).toBe(expected);
});

test('a plan launches representatives only, and asks of all pairs that are left', () => {
  const given = made({}, { rules: [rule(3, 'a b', 'db', 'all')] });
  const matrix = expandMatrix(given);
  const plan = planRun({ scenario: given, matrix }, { runId: 'x', classes: TOGETHER });
  expect(plan.listeners.map(({ name }) => name)).toEqual(['a', 'db']);
  expect(plan.probers.map(({ name }) => name)).toEqual(['a', 'db']);
  expect(
    plan.matrix.cells.map(({ source, endpoint, expect: wanted }) => `${source} ${endpoint.id} ${wanted}`),
  ).toEqual(['a a:tcp/80 deny', 'a db:tcp/5432 allow', 'db a:tcp/80 deny', 'db db:tcp/5432 deny']);
  expect(withoutMembers(matrix, [])).toBe(matrix);
});

describe('when probes have ended', () => {
  const given = made();
  const held = (
    policies: readonly PolicyManifest[],
    gaps: Parameters<typeof heldClasses>[3][0]['gaps'] = [],
  ) =>
    heldClasses(TOGETHER, given, declaredIdentities(given), [
      { policies: policies.map(({ manifest }) => manifest), gaps },
    ]).map(({ broken }) => broken);

  test('a class holds while no policy tells its members apart', () => {
    expect(held([BY_APP])).toEqual([undefined]);
  });

  test('a policy that came and does breaks it', () => {
    const late = selecting({ podSelector: { matchLabels: { n: 'a' } }, policyTypes: ['Ingress'] });
    expect(held([BY_APP, late])[0]).toMatch(/may tell a from b$/);
  });

  test('so does one that may not be read any more', () => {
    expect(held([BY_APP], [{ namespace: 'shop', effect: 'unknown', why: 'not allowed' }])[0]).toMatch(
      /a from b/,
    );
  });
});
