/** Whatever a client sends, the cluster refuses or lives with it: no controller may fall over an object. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deleteObject } from '../../../src/sandbox/api/deletion.ts';
import { type Json, type JsonObject, isJsonObject } from '../../../src/sandbox/api/object.ts';
import { Refusal } from '../../../src/sandbox/api/refusal.ts';
import { groupVersion } from '../../../src/sandbox/api/resource.ts';
import { RESOURCES } from '../../../src/sandbox/api/resources.ts';
import { loadModel } from '../../../src/sandbox/api/schema.ts';
import { table } from '../../../src/sandbox/api/table.ts';
import { type Parts, parts, settled } from './cluster-parts.ts';

let cluster: Parts;
beforeEach(async () => {
  cluster = await parts();
});
afterEach(() => cluster.close());

const labels = { app: 'x' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'node:20' }] } };
/** An object with something in every field that a controller reads. */
const FULL: Readonly<Record<string, JsonObject>> = {
  Pod: {
    spec: {
      ...template.spec,
      nodeSelector: labels,
      readinessGates: [{ conditionType: 'a/b' }],
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'k', labelSelector: { matchLabels: labels } },
          ],
        },
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
          },
        },
      },
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  },
  Service: { spec: { selector: labels, ports: [{ port: 80, targetPort: 'web', name: 'web' }] } },
  NetworkPolicy: {
    spec: {
      podSelector: { matchLabels: labels, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] },
      ingress: [
        {
          from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
          ports: [{ port: 80, endPort: 90 }],
        },
      ],
      egress: [{ to: [{ namespaceSelector: labels, podSelector: {} }] }],
    },
  },
  EndpointSlice: {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true }, hostname: 'h' }],
    ports: [{ port: 80, name: 'web', protocol: 'TCP' }],
  },
  Endpoints: { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
  Deployment: { spec: { replicas: 2, selector: { matchLabels: labels }, template } },
  ReplicaSet: { spec: { replicas: 2, selector: { matchLabels: labels }, template } },
  StatefulSet: { spec: { serviceName: 's', selector: { matchLabels: labels }, template } },
  DaemonSet: { spec: { selector: { matchLabels: labels }, template } },
  Job: { spec: { template } },
  ResourceQuota: { spec: { hard: { pods: '5' } } },
  PodDisruptionBudget: { spec: { minAvailable: '50%', selector: { matchLabels: labels } } },
  Event: { involvedObject: { kind: 'Pod', name: 'x' }, source: { component: 'c' } },
  'events.k8s.io/v1 Event': { regarding: { kind: 'Pod', name: 'x' }, note: 'n' },
  RoleBinding: {
    roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [{ kind: 'User', name: 'u' }],
  },
  ClusterRoleBinding: { roleRef: { kind: 'ClusterRole', name: 'r' } },
  Role: { rules: [{ verbs: ['get'], resources: ['pods'], apiGroups: [''] }] },
  Lease: { spec: { holderIdentity: 'x' } },
  Node: { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] }, status: {} },
};

const scalar = fc.constantFrom<Json>(null, '', 'x', '-', '10.0.0.1', 0, -1, 1.5, 80, 1e12, true, false);
const junk: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('a', 'name', 'kind', 'matchLabels', 'ports'), scalar, { maxKeys: 2 }),
);

/** The object with the value at a random place removed or replaced. */
function damaged(value: Json, choice: readonly number[], replacement: Json | undefined): Json | undefined {
  const [first, ...rest] = choice;
  if (first === undefined) return replacement;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const at = first % Math.max(1, list.length);
    return list.flatMap((item, i) => (i === at ? (damaged(item, rest, replacement) ?? []) : [item]));
  }
  if (!isJsonObject(value)) return replacement;
  const keys = Object.keys(value);
  const key = keys[first % Math.max(1, keys.length)];
  const entries = Object.entries(value).flatMap(([name, item]) => {
    const next = name === key ? damaged(item, rest, replacement) : item;
    return next === undefined ? [] : [[name, next] as const];
  });
  return Object.fromEntries(entries);
}

const ignoringRefusals = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
};

describe('damaged objects', () => {
  test.each(RESOURCES.map((resource) => [groupVersion(resource), resource.kind, resource] as const))(
    '%s %s',
    async (apiVersion, kind, resource) => {
      await loadModel(resource.model);
      const namespace = resource.namespaced ? 'default' : '';
      const whole = {
        apiVersion,
        kind,
        metadata: {
          name: 'x',
          labels: { ...labels, 'kubernetes.io/service-name': 'x' },
          ownerReferences: [],
          annotations: { a: 'b' },
        },
        ...(FULL[`${apiVersion} ${kind}`] ?? FULL[kind]),
      } as JsonObject;
      const damage = fc.tuple(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }),
        fc.option(junk, { nil: undefined }),
      );
      let stored = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(damage, { maxLength: 3 }), async (damages) => {
          const body = damages.reduce<Json>((value, [choice, by]) => damaged(value, choice, by) ?? {}, whole);
          ignoringRefusals(() => {
            const { object } = cluster.rest.create(resource, namespace, isJsonObject(body) ? body : {});
            stored++;
            table(resource, [object], {}, { include: 'Object', now: Date.now(), headers: true });
            resource.fields(object);
          });
          await settled(4);
          ignoringRefusals(() =>
            deleteObject(cluster.rest, resource, namespace, 'x', { gracePeriodSeconds: 0 }),
          );
          await settled(2);
        }),
        { numRuns: 300 },
      );
      // Nothing was shown if everything was refused.
      expect(stored).toBeGreaterThan(0);
      expect(cluster.faults).toEqual([]);
    },
  );
});
