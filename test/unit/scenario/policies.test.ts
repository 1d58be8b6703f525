/** Which policy files are taken, and how. */
import { describe, expect, test } from '@jest/globals';
import { GOOD, POLICY, changed, issuesOf, load } from './memory.ts';
import type { Contents } from './memory.ts';

const MORE = POLICY.replace('default-deny', 'more');
const only = (text: string): Contents => ({ 'policies/deny.yaml': text });
const indent = (text: string) => text.replaceAll('\n', '\n    ').trimEnd();

describe('policies that are taken', () => {
  test('have the place of their document', async () => {
    const { scenario } = await load();
    expect(scenario.policies).toEqual([
      {
        position: { file: 'policies/deny.yaml', line: 1, column: 1 },
        manifest: {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'default-deny', namespace: 'shop' },
          spec: { podSelector: {} },
        },
      },
    ]);
  });

  test.each([
    ['several documents', `---\n${POLICY}---\n---\n# nothing\n---\n${MORE}`],
    ['a List', `apiVersion: v1\nkind: List\nitems:\n  - ${indent(POLICY)}\n  - ${indent(MORE)}\n`],
    [
      'a NetworkPolicyList whose items say no kind',
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicyList
items:
  - { metadata: { name: default-deny, namespace: shop }, spec: { podSelector: {} } }
  - { metadata: { name: more }, spec: { podSelector: {} } }
`,
    ],
  ])('%s', async (_, text) => {
    const { scenario } = await load(GOOD, only(text));
    expect(scenario.policies.map(({ manifest }) => manifest.metadata)).toEqual([
      { name: 'default-deny', namespace: 'shop' },
      { name: 'more', namespace: 'shop' },
    ]);
  });

  test('get the only created namespace if they have none', async () => {
    const { scenario } = await load(GOOD, only(POLICY.replace('  namespace: shop\n', '')));
    expect(scenario.policies[0]?.manifest.metadata.namespace).toBe('shop');
  });

  test('are taken once if two patterns match their file', async () => {
    const twice = changed(['policies/*.yaml', 'policies/deny.yaml, policies/*.yaml']);
    expect((await load(twice)).scenario.policies).toHaveLength(1);
  });

  test('may be exported objects: what the server wrote is left out, as is what is null', async () => {
    const exported = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
  uid: 8c0f
  resourceVersion: "12"
  creationTimestamp: 2026-01-02T03:04:05Z
  finalizers: [example.com/wait]
  ownerReferences: [{ uid: 1 }]
  labels: { team: a }
spec:
  podSelector:
  ingress:
    - ports: [{ port: 8080, protocol: TCP, endPort: 8090 }]
      from:
        - ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] }
        - namespaceSelector: { matchExpressions: [{ key: tenant, operator: Exists }] }
status: {}
`;
    const { scenario } = await load(GOOD, only(exported));
    expect(scenario.policies[0]?.manifest).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: 'shop', labels: { team: 'a' } },
      spec: {
        ingress: [
          {
            ports: [{ port: 8080, protocol: 'TCP', endPort: 8090 }],
            from: [
              { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
              { namespaceSelector: { matchExpressions: [{ key: 'tenant', operator: 'Exists' }] } },
            ],
          },
        ],
      },
    });
  });
});

describe('policies that are refused', () => {
  test.each<[string, string, string[]]>([
    [
      'another kind',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n',
      ['2:7: this is a Deployment (apps/v1): only NetworkPolicy (networking.k8s.io/v1) is applied'],
    ],
    [
      "another project's NetworkPolicy",
      POLICY.replace('networking.k8s.io/v1', 'projectcalico.org/v3'),
      [
        '1:13: this is a NetworkPolicy (projectcalico.org/v3): only NetworkPolicy (networking.k8s.io/v1) is applied',
      ],
    ],
    [
      'no manifest at all',
      'replicas: 3\n',
      ['1:1: this has no apiVersion and kind: only NetworkPolicy (networking.k8s.io/v1) is applied'],
    ],
    ['an empty file', '# later\n', ['1:1: the file has no manifest']],
    [
      'a namespace that exists',
      POLICY.replace('namespace: shop', 'namespace: payments'),
      [
        '5:14: "payments" is not created by the run, and policies are applied only to namespaces that are (choose from "shop")',
      ],
    ],
    [
      'a misspelt namespace',
      POLICY.replace('namespace: shop', 'namespace: shpo'),
      [
        '5:14: "shpo" is not created by the run, and policies are applied only to namespaces that are (did you mean "shop"?)',
      ],
    ],
    [
      'the same policy twice',
      `${POLICY}---\n${POLICY}`,
      ['12:9: NetworkPolicy shop/default-deny is here twice: first at policies/deny.yaml:1'],
    ],
    [
      'a misspelt field, which the API server would drop',
      `${POLICY}  polcyTypes: [Ingress]\n`,
      ['8:3: unknown field "polcyTypes" in NetworkPolicy spec (did you mean "policyTypes"?)'],
    ],
    [
      'a label value that YAML 1.1, and so Kubernetes, reads as true',
      POLICY.replace('podSelector: {}', 'podSelector: { matchLabels: { app: yes } }'),
      ['7:38: true is not text (put it in quotes)'],
    ],
    [
      'an empty peer, which the API server refuses',
      `${POLICY}  ingress: [{ from: [{}] }]\n`,
      ['8:22: this must not be empty'],
    ],
    [
      'a label of netproof',
      POLICY.replace('  name', '  labels: { netproof.dev/run: x }\n  name'),
      ['4:13: label "netproof.dev/run" is reserved: the prefix netproof.dev/ is for what netproof creates'],
    ],
    [
      'text that is no YAML',
      'a: [',
      ['1:5: this is not valid YAML: unexpected end of the stream within a flow collection'],
    ],
  ])('%s', async (_, text, issues) => {
    expect(await issuesOf(GOOD, only(text))).toEqual(issues.map((issue) => `policies/deny.yaml:${issue}`));
  });

  test('no namespace, where more than one is created', async () => {
    const two = changed(['  payments:\n', '  payments: { create: true }\n']);
    expect(await issuesOf(two, only(POLICY.replace('  namespace: shop\n', '')))).toEqual([
      'policies/deny.yaml:3:1: this policy has no namespace (add metadata.namespace: shop or payments)',
    ]);
  });

  test('an item of a List has its own line', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - ${indent(POLICY)}\n  - kind: ConfigMap\n    apiVersion: v1\n`;
    expect(await issuesOf(GOOD, only(list))).toEqual([
      'policies/deny.yaml:11:11: this is a ConfigMap (v1): only NetworkPolicy (networking.k8s.io/v1) is applied',
    ]);
  });
});
