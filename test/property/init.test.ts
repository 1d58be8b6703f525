/** Of any world, what init writes is valid and means what the evaluator says. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkWritten } from '../../src/init/check.ts';
import { type Draft, draftOf } from '../../src/init/draft.ts';
import { writePolicies } from '../../src/init/policies.ts';
import { writeScenario } from '../../src/init/write.ts';
import { NetproofError } from '../../src/model/errors.ts';
import { compile } from '../../src/policy/evaluator.ts';
import { worldOf } from '../../src/policy/world-of.ts';
import type { World } from '../../src/policy/world.ts';
import { randomSet, type RandomSet } from '../support/random-policies.ts';

const ADDRESSES = Array.from({ length: 8 }, (_, index) => `10.1.0.${index + 1}`);
const RUNS = { numRuns: 60 };

function worldFrom({ namespaces, pods, policies }: RandomSet): World {
  return worldOf([
    ...namespaces.map((metadata) => ({ apiVersion: 'v1', kind: 'Namespace', metadata })),
    ...pods.map(({ namespace, labels, ports }, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${index}`, namespace, labels },
      spec: {
        nodeName: 'node',
        containers: [{ ports: ports.map(({ port, ...rest }) => ({ ...rest, containerPort: port })) }],
      },
      status: { phase: 'Running', podIPs: [{ ip: ADDRESSES[index] }] },
    })),
    ...policies.map((policy) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy })),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default' },
      spec: { clusterIP: '10.96.0.1', ports: [{ port: 443 }] },
    },
  ]);
}

/** Undefined where nothing listens and there is nothing else to connect to. */
function drafted(world: World, live: boolean): Draft | undefined {
  try {
    return draftOf({ world, namespaces: ['one', 'two', 'three'], live });
  } catch (error) {
    if (error instanceof NetproofError && error.code === 'target-empty') return undefined;
    throw error;
  }
}

function written(draft: Draft, change: (text: string) => string = (text) => text) {
  const hasPolicies = draft.policies.length > 0;
  const policiesFile = hasPolicies ? 'p.yaml' : undefined;
  return {
    path: 'dir/s.yaml',
    text: change(writeScenario(draft, { source: 'a test', policiesFile })),
    ...(hasPolicies && { policies: { name: 'p.yaml', text: writePolicies(draft.policies, 'a test') } }),
  };
}

test('on a cluster: every pair as the evaluator says of the real pods', async () => {
  await fc.assert(
    fc.asyncProperty(randomSet(6, ADDRESSES), async (set) => {
      const world = worldFrom(set);
      const draft = drafted(world, true);
      if (draft === undefined) return;
      const { matrix } = await checkWritten(written(draft), draft);
      // A workload is paired with itself too: one replica and another.
      const replicas = world.pods.map((pod) => ({ ...pod, name: `${pod.name}-2` }));
      const evaluator = compile({ ...world, pods: [...world.pods, ...replicas] });
      for (const { source, endpoint, expect: expected } of matrix.cells) {
        const from = world.pods.findIndex(({ name }) => name === source);
        const to = world.pods.findIndex(({ name }) => name === endpoint.destination);
        // A target.
        if (to < 0) continue;
        const protocol = endpoint.port.protocol === 'udp' ? 'UDP' : 'TCP';
        const { verdict } = evaluator.answer(from, world.pods.length + to, protocol, endpoint.port.port);
        expect([source, endpoint.id, expected]).toEqual([source, endpoint.id, verdict]);
      }
      const offered = set.pods.flatMap(({ ports }) => [
        ...new Set(ports.map(({ protocol, port }) => `${protocol}/${port}`)),
      ]);
      const targets = new Set(draft.targets.map(({ name }) => name));
      const listening = matrix.endpoints.filter(({ destination }) => !targets.has(destination));
      expect(listening).toHaveLength(offered.length);
    }),
    RUNS,
  );
});

test('offline: namespaces and policies are brought along, and read back as the same world', async () => {
  await fc.assert(
    fc.asyncProperty(randomSet(6, ADDRESSES), async (set) => {
      const draft = drafted(worldFrom(set), false);
      if (draft === undefined) return;
      const { scenario } = await checkWritten(written(draft), draft);
      expect(scenario.namespaces.every(({ create }) => create)).toBe(true);
      const specs = (policies: readonly { readonly spec?: unknown }[]) =>
        policies.map(({ spec }) => JSON.stringify(withoutNulls(spec))).toSorted();
      expect(specs(scenario.policies.map(({ manifest }) => ({ spec: manifest['spec'] })))).toEqual(
        specs(draft.policies),
      );
    }),
    RUNS,
  );
});

test('rows to confirm are valid as soon as they are taken into use', async () => {
  await fc.assert(
    fc.asyncProperty(randomSet(4, ADDRESSES), fc.boolean(), async (set, live) => {
      const draft = drafted(worldFrom(set), live);
      if (draft === undefined) return;
      const { loadScenario } = await import('../../src/scenario/load.ts');
      const { text, policies } = written(draft, (each) => each.replace(/^( *)# /gm, '$1'));
      const files = {
        read: async (path: string) =>
          new TextEncoder().encode(path.endsWith('p.yaml') ? policies?.text : text),
        glob: async () => ['dir/p.yaml'],
      };
      const { scenario } = await loadScenario('dir/s.yaml', files);
      expect(scenario.targets).toHaveLength(draft.targets.length + draft.toConfirm.length);
      expect(scenario.targets.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['metadata-address', 'kubelet', 'internet', 'cluster-dns', 'api-server']),
      );
    }),
    RUNS,
  );
});

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(
    kept.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, withoutNulls(each)]),
  );
}
