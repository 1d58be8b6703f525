import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explain } from '../../../src/explain/explain.ts';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { parseQuestion } from '../../../src/explain/question.ts';
import { addressText } from '../../../src/explain/ranges.ts';
import { parseAddress } from '../../../src/policy/address.ts';
import { compile } from '../../../src/policy/evaluator.ts';
import { isUnsafe } from '../../../src/report/escape.ts';
import { renderExplanation } from '../../../src/report/explain.ts';
import { readManifests } from '../../../src/snapshot/manifests.ts';
import type { Snapshot } from '../../../src/snapshot/snapshot.ts';
import { worldIn } from '../../../src/snapshot/world.ts';

const CLUSTER = `
{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { team: shop } } }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: data } }
---
apiVersion: v1
kind: PodList
items:
  - metadata: { name: web-1, namespace: shop, labels: { app: web, pod-template-hash: 'x1' }, ownerReferences: [&web { controller: true, kind: ReplicaSet, name: web-x1, uid: u }] }
    spec: &spec { containers: [{ ports: [{ name: http, containerPort: 8080 }] }] }
    status: { phase: Running, podIPs: [{ ip: 10.1.0.1 }] }
  - metadata: { name: web-2, namespace: shop, labels: { app: web, pod-template-hash: 'x1', canary: 'yes' }, ownerReferences: [*web] }
    spec: *spec
    status: { phase: Running, podIPs: [{ ip: 10.1.0.2 }] }
  - metadata: { name: web-3, namespace: shop, labels: { app: web, pod-template-hash: 'x1' }, ownerReferences: [*web] }
    spec: *spec
    status: { phase: Running, podIPs: [{ ip: 10.1.0.3 }] }
  - metadata: { name: tool, namespace: shop }
    spec: { containers: [] }
    status: { phase: Running, podIPs: [{ ip: 10.1.0.4 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: data }
spec: { template: { metadata: { labels: { app: db } }, spec: { containers: [{ ports: [{ containerPort: 5432 }] }] } } }
---
{ apiVersion: batch/v1, kind: Job, metadata: { name: db, namespace: data }, spec: { template: { metadata: {}, spec: {} } } }
---
{ apiVersion: v1, kind: Service, metadata: { name: pg, namespace: data }, spec: { selector: { app: db }, ports: [{ name: sql, port: 15432, targetPort: 5432 }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop }, spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: bare, namespace: data }, spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 15432, targetPort: 5432 }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: lost, namespace: data }, spec: { selector: { app: gone }, ports: [{ port: 1 }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: kubernetes, namespace: data }, spec: { clusterIP: 10.96.0.1, ports: [{ port: 443 }] } }
`;
const POLICIES = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: data }
spec:
  podSelector: { matchLabels: { app: db } }
  ingress:
    - from: [{ namespaceSelector: { matchLabels: { team: shop } }, podSelector: { matchExpressions: [{ key: canary, operator: DoesNotExist }] } }]
      ports: [{ port: 5432 }]
    - from: [{ ipBlock: { cidr: 198.51.100.0/24 } }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: tool, namespace: shop }
spec:
  podSelector: { matchExpressions: [{ key: app, operator: DoesNotExist }] }
  policyTypes: [Egress]
  egress: [{ to: [{ ipBlock: { cidr: 203.0.113.0/24, except: [203.0.113.64/27] } }] }]
`;

function read(...texts: string[]): Promise<Snapshot> {
  const files = new Map(texts.map((text, index) => [`${index}.yaml`, new TextEncoder().encode(text)]));
  return readManifests(
    'k8s',
    { list: async () => [...files.keys()], read: async (path) => files.get(path) ?? new Uint8Array() },
    () => 0,
  );
}

async function ask(text: string, ...texts: string[]): Promise<Explanation> {
  const snapshot = await read(...(texts.length > 0 ? texts : [CLUSTER, POLICIES]));
  return explain(parseQuestion(text), { snapshot, world: worldIn(snapshot), namespace: 'shop' });
}

describe('what decides is named', () => {
  test('a rule that allows, with its place and in plain words', async () => {
    const { verdict, certain, cases } = await ask('shop/pod/web-1 -> data/statefulset/db:5432');
    expect({ verdict, certain }).toEqual({ verdict: 'allow', certain: true });
    expect(cases[0]?.egress).toMatchObject({ because: 'not-isolated', mentions: [] });
    expect(cases[0]?.ingress.mentions).toEqual([
      {
        role: 'allows',
        policy: 'NetworkPolicy data/db',
        rule: 'ingress[0]',
        says: 'from pods with no canary in namespaces with team=shop, on 5432/tcp',
        where: { file: '1.yaml', line: 7, column: 7 },
      },
    ]);
  });

  test('a default deny, with what is allowed instead and why it is not this', async () => {
    const { verdict, cases } = await ask('shop/web-1 -> data/statefulset/db:6379');
    expect(verdict).toBe('deny');
    expect(cases[0]?.ingress).toMatchObject({
      because: 'default-deny',
      mentions: [
        { role: 'isolates', says: 'selects pods with app=db in data', where: { file: '1.yaml', line: 1 } },
        { role: 'does-not-match', rule: 'ingress[0]', differs: 'ports' },
        { role: 'does-not-match', rule: 'ingress[1]', differs: 'peers' },
      ],
    });
  });

  test('an admin rule, with its tier and priority', async () => {
    const admin = `{ apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: { name: no-db }, spec: { priority: 7, subject: { namespaces: {} }, ingress: [{ name: never, action: Deny, from: [{ namespaces: {} }] }] } }`;
    const { cases } = await ask('shop/web-1 -> data/statefulset/db:5432', CLUSTER, POLICIES, admin);
    expect(cases[0]?.ingress.mentions).toMatchObject([
      {
        role: 'denies',
        policy: 'AdminNetworkPolicy no-db',
        rule: 'ingress[0]',
        says: 'rule "never", admin tier, priority 7',
        where: { file: '2.yaml', line: 1 },
      },
    ]);
  });

  test('and what is not evaluated makes it uncertain', async () => {
    const cilium = `{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { name: more, namespace: data }, spec: {} }`;
    const { certain, cases } = await ask('shop/web-1 -> data/statefulset/db:5432', CLUSTER, POLICIES, cilium);
    expect(certain).toBe(false);
    expect(cases[0]?.doubts).toMatchObject([{ kind: 'foreign-policy' }]);
  });

  test('nor is it certain where policies could not be read', async () => {
    const snapshot = await read(CLUSTER, POLICIES);
    const unread = [{ what: 'adminnetworkpolicies.policy.networking.k8s.io', why: 'forbidden' }];
    const question = parseQuestion('shop/web-1 -> data/statefulset/db:5432');
    const world = worldIn(snapshot);
    const answer = explain(question, { snapshot: { ...snapshot, unread }, world, namespace: 'x' });
    expect(answer.certain).toBe(false);
    expect(answer.notes).toContain(
      'adminnetworkpolicies.policy.networking.k8s.io could not be read: forbidden',
    );
    const nodes = { ...snapshot, unread: [{ what: 'nodes', why: 'forbidden' }] };
    expect(explain(question, { snapshot: nodes, world, namespace: 'x' }).certain).toBe(true);
  });
});

describe('what the names stand for', () => {
  test('replicas that differ are told apart', async () => {
    const { verdict, cases, from } = await ask('shop/web -> data/statefulset/db:5432');
    expect({ verdict, pods: from.pods }).toEqual({ verdict: 'mixed', pods: 3 });
    expect(cases.map((each) => [each.verdict, each.from, each.pairs])).toEqual([
      ['allow', ['web-1', 'web-3'], 2],
      ['deny', ['web-2'], 1],
    ]);
  });

  test('a workload to itself means one replica to another', async () => {
    const several = await ask('shop/web -> shop/web:8080');
    expect(several.cases.map(({ egress }) => egress.because)).toEqual(['not-isolated']);
    const one = await ask('data/statefulset/db -> data/statefulset/db:5432');
    expect(one).toMatchObject({ verdict: 'deny', notes: [expect.stringMatching(/another like it/)] });
    const itself = await ask('shop/tool -> shop/tool:1');
    expect(itself.cases[0]?.egress.because).toBe('itself');
  });

  test.each<[string, number, RegExp | undefined]>([
    ['shop/tool -> data/pg:15432', 5432, /Service data\/pg leads port 15432 to 5432\/tcp/],
    ['shop/tool -> data/pg:sql', 5432, /leads port 15432/],
    ['shop/tool -> shop/web:80', 8080, /Service shop\/web leads port 80 to 8080\/tcp/],
    ['shop/tool -> shop/web:http', 8080, undefined],
    ['shop/tool -> web:8080', 8080, undefined],
    ['shop/tool -> shop/web:9999', 9999, /does not declare 9999; it declares 8080\/tcp \(http\)/],
    ['shop/tool -> data/bare:15432', 15432, /Service data\/bare is headless/],
    ['shop/tool -> data/kubernetes:443', 443, /selects no pods/],
    ['tool -> deploy/web:8080', 8080, undefined],
    ['shop/pods/tool -> shop/deployments/web:8080', 8080, undefined],
  ])('%s', async (text, port, note) => {
    const { cases, notes } = await ask(text);
    expect(cases[0]?.port).toBe(port);
    if (note === undefined) expect(notes).toEqual([]);
    else expect(notes.join()).toMatch(note);
  });

  test.each<[string, RegExp, string | RegExp]>([
    ['shop/wbe -> data/pg:1', /no pod, workload or Service wbe in namespace shop$/, 'did you mean shop/web?'],
    ['shpo/web -> data/pg:1', /there is no namespace shpo$/, 'did you mean shop?'],
    ['pg -> shop/web:1', /no pod, workload or Service pg/, 'did you mean data/pg?'],
    ['data/pg -> shop/web:1', /data\/pg is a Service/, /behind it/],
    ['shop/web -> data/db:1', /may be a StatefulSet or a Job/, /data\/statefulset\/db or data\/job\/db/],
    ['shop/sts/web -> data/pg:1', /no statefulset web in namespace shop/, /shop\/web/],
    ['shop/web -> data/pg:1', /Service data\/pg has no port 1$/, 'it has 15432/tcp'],
    ['shop/web -> data/lost:1', /leads nowhere: no pod has app=gone/, ''],
    ['tool -> shop/web:sql', /has no port called sql/, 'it has 8080/tcp (http)'],
    ['tool -> 203.0.113.1:http', /has no port names/, /443/],
  ])('%s is refused with what there is', async (text, message, hint) => {
    const error = await ask(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
    if (hint !== '')
      expect(error).toMatchObject({ hint: typeof hint === 'string' ? hint : expect.stringMatching(hint) });
  });
});

describe('a range of addresses', () => {
  test('is told apart where a policy cuts it', async () => {
    const { cases } = await ask('shop/tool -> 203.0.112.0/23:443');
    expect(cases.map(({ verdict, to }) => [verdict, to])).toEqual([
      ['deny', ['203.0.112.0/24', '203.0.113.64/27']],
      ['allow', ['203.0.113.0/26', '203.0.113.96 to 203.0.113.255']],
    ]);
  });

  test('each address in it gets the answer of its own', async () => {
    const snapshot = await read(CLUSTER, POLICIES);
    const world = worldIn(snapshot);
    const evaluator = compile(world);
    const pod = world.pods.find(({ name }) => name === 'tool');
    if (pod === undefined) throw new Error('no pod');
    const { cases } = explain(parseQuestion('shop/tool -> 203.0.112.0/22:443'), {
      snapshot,
      world,
      namespace: '',
    });
    const base = parseAddress('203.0.112.0')?.value ?? 0n;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1023 }), (offset) => {
        const address = addressText({ family: 4, value: base + BigInt(offset) });
        const { verdict } = evaluator.decide({ from: { pod }, to: { address }, protocol: 'TCP', port: 443 });
        const told = cases.filter(({ to }) => to.some((text) => holds(text, base + BigInt(offset))));
        expect(told.map((each) => each.verdict)).toEqual([verdict]);
      }),
    );
  });
});

function holds(text: string, value: bigint): boolean {
  const [first = '', last] = text.split(' to ');
  const [start = '', length = '32'] = first.split('/');
  const from = parseAddress(start)?.value ?? 0n;
  const to =
    last === undefined ? from + (1n << BigInt(32 - Number(length))) - 1n : (parseAddress(last)?.value ?? 0n);
  return from <= value && value <= to;
}

test.each(['::', '::1', '2001:db8::7', '2001:db8:0:1::', '1:2:3:4:5:6:7:8', '1::3:0:0:8', '203.0.113.7'])(
  '%s is written as it is read',
  (text) => {
    const address = parseAddress(text);
    expect(address && addressText(address)).toBe(text);
  },
);

describe('for people', () => {
  const LOOK = { wide: false, color: false, unicode: true, width: 200 };

  test('the answer first, then each direction with what decides', async () => {
    const text = renderExplanation(await ask('shop/web-2 -> data/statefulset/db:5432'), LOOK);
    expect(text).toMatch(/^DENIED {2}shop\/web-2 -> data\/statefulset\/db:5432\n/);
    expect(text).toMatch(/\negress of Pod shop\/web-2: allowed, since no policy selects it for egress\n/);
    expect(text).toMatch(
      /\n {2}what is allowed instead:\n {4}NetworkPolicy data\/db ingress\[0\] \(1\.yaml:7\): from pods with no canary .*; the peers do not match\n/,
    );
  });

  test('several cases are numbered', async () => {
    const text = renderExplanation(await ask('shop/web -> data/statefulset/db:5432'), LOOK);
    expect(text).toMatch(/^PARTLY ALLOWED/);
    expect(text).toMatch(/\n1\. allowed: web-1, web-3 -> db, on 5432\/tcp\n[^]*\n2\. denied: web-2 -> db/);
  });

  test('hostile names stay text', async () => {
    const evil = `{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { name: "x\\u001b[2J\\u202e", namespace: data }, spec: {} }`;
    const text = renderExplanation(await ask('shop/web-1 -> data/pg:15432', CLUSTER, POLICIES, evil), LOOK);
    expect(text).toMatch(/PROBABLY ALLOWED/);
    expect(isUnsafe(text.replaceAll('\n', ''))).toBe(false);
  });
});
