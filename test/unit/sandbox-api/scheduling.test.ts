import { describe, expect, test } from '@jest/globals';
import { type ClusterView, place } from '../../../src/sandbox/control/fit.ts';
import type { Node, Pod, PodSpec } from '../../../src/sandbox/api/object.ts';

const meta = (name: string, labels = {}) => ({
  name,
  namespace: 'a',
  labels,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '',
});
const node = (name: string, spec = {}, pods = '10'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: meta(name, { 'kubernetes.io/hostname': name, disk: name === 'one' ? 'ssd' : 'hdd', size: '5' }),
  spec,
  status: { allocatable: { pods, cpu: '2', memory: '1Gi' } },
});
const pod = (name: string, spec: Partial<PodSpec> = {}, labels = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta(name, labels),
  spec: { containers: [], ...spec },
});
const asking = (...requests: readonly Readonly<Record<string, string>>[]): PodSpec => ({
  containers: requests.map((one, i) => ({ name: `c${i}`, image: 'i', resources: { requests: one } })),
});
const view = (placed: readonly Pod[] = [], nodes = [node('one'), node('two')]): ClusterView => ({
  nodes,
  placed,
  namespaces: [{ apiVersion: 'v1', kind: 'Namespace', metadata: meta('b', { team: 'x' }) }],
});
const HOST = 'kubernetes.io/hostname';
const near = (labels: Readonly<Record<string, string>>, more = {}) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [
    { topologyKey: HOST, labelSelector: { matchLabels: labels }, ...more },
  ],
});
const required = (...terms: object[]) => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
  },
});
const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

describe('a pod is placed', () => {
  const web = pod('web', { nodeName: 'two' }, { app: 'web' });
  test.each<[string, Pod, ClusterView, string]>([
    ['on the first of equal nodes', pod('p'), view(), 'one'],
    ['where there are fewer pods', pod('p'), view([pod('q', { nodeName: 'one' })]), 'two'],
    ['by node selector', pod('p', { nodeSelector: { disk: 'hdd' } }), view(), 'two'],
    ['by node affinity', pod('p', required(expression('disk', 'NotIn', 'ssd'))), view(), 'two'],
    [
      'by any of several terms',
      pod('p', required(expression('disk', 'In', 'tape'), expression('disk', 'In', 'hdd'))),
      view(),
      'two',
    ],
    [
      'with all that a node has',
      pod('p', asking({ cpu: '1500m' }, { cpu: '500m', memory: '1Gi' })),
      view(),
      'one',
    ],
    ['by numbers', pod('p', required(expression('size', 'Gt', '4'))), view(), 'one'],
    [
      'by node name',
      pod('p', required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['two'] }] })),
      view(),
      'two',
    ],
    [
      'rather by node name, though it is fuller',
      pod('p', {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 1,
                preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['two'] }] },
              },
            ],
          },
        },
      }),
      view([web]),
      'two',
    ],
    ['beside another', pod('p', { affinity: { podAffinity: near({ app: 'web' }) } }), view([web]), 'two'],
    [
      'beside its own kind, the first anywhere',
      pod('p', { affinity: { podAffinity: near({ app: 'p' }) } }, { app: 'p' }),
      view(),
      'one',
    ],
    [
      'away from another',
      pod('p', { affinity: { podAntiAffinity: near({ app: 'web' }) } }),
      view([web, pod('r', { nodeName: 'one' })]),
      'one',
    ],
    [
      'away from one that wants it so',
      pod('p', {}, { app: 'noisy' }),
      view([
        pod('q', { nodeName: 'one', affinity: { podAntiAffinity: near({ app: 'noisy' }) } }),
        web,
        pod('r', { nodeName: 'two' }),
      ]),
      'two',
    ],
    ['off a cordoned node', pod('p'), view([], [node('one', { unschedulable: true }), node('two')]), 'two'],
    [
      'on a tainted node that it tolerates',
      pod('p', { tolerations: [{ key: 'k', operator: 'Exists' }], nodeSelector: { disk: 'ssd' } }),
      view([], [node('one', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), node('two')]),
      'one',
    ],
    [
      'off a full node',
      pod('p'),
      view([pod('q', { nodeName: 'two' }), web], [node('one', {}, '0'), node('two')]),
      'two',
    ],
    [
      'beside a pod of a namespace chosen by labels',
      pod('p', {
        affinity: {
          podAffinity: near({ app: 'far' }, { namespaceSelector: { matchLabels: { team: 'x' } } }),
        },
      }),
      view([
        {
          ...pod('q', { nodeName: 'two' }, { app: 'far' }),
          metadata: { ...meta('q', { app: 'far' }), namespace: 'b' },
        },
      ]),
      'two',
    ],
  ])('%s', (_how, subject, cluster, expected) => {
    expect(place(subject, cluster)).toEqual({ node: expected });
  });
});

test.each<[Partial<PodSpec>, string]>([
  [
    { nodeSelector: { disk: 'none' } },
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
  ],
  [
    { affinity: { podAffinity: near({ app: 'nobody' }) } },
    "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.",
  ],
  [
    asking({ memory: '900Gi' }),
    '0/2 nodes are available: 2 Insufficient memory. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  ],
  [asking({ cpu: '1500m' }, { cpu: '501m' }), '2 Insufficient cpu'],
  [{ containers: [], initContainers: asking({ memory: '2Gi' }).containers }, '2 Insufficient memory'],
  [required({ matchExpressions: [] }), "2 node(s) didn't match Pod's node affinity/selector"],
])('why %j fits nowhere', (spec, reason) => {
  expect(place(pod('p', spec), view())).toEqual({ reason: expect.stringContaining(reason) });
});
