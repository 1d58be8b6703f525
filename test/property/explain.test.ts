/** An explanation of two workloads holds for each of their pods. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explain } from '../../src/explain/explain.ts';
import { parseQuestion } from '../../src/explain/question.ts';
import { NetproofError } from '../../src/model/errors.ts';
import { compile } from '../../src/policy/evaluator.ts';
import { worldOf } from '../../src/policy/world-of.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { randomSet } from '../support/random-policies.ts';

const ADDRESSES = Array.from({ length: 8 }, (_, index) => `10.1.0.${index + 1}`);
const SNAPSHOT: Snapshot = {
  source: { kind: 'manifests', folder: 'k8s', files: 1 },
  takenAt: 0,
  namespaces: [],
  pods: [],
  workloads: [],
  nodes: [],
  services: [],
  entrances: [],
  policies: [],
  otherPolicies: [],
  unread: [],
  mistakes: [],
};

test('whatever the replicas and policies, every pair is in a case that says what the evaluator says of it', () => {
  fc.assert(
    fc.property(
      randomSet(6, ADDRESSES),
      fc.constantFrom(8080, 9090),
      ({ namespaces, pods, policies }, port) => {
        // Two workloads, a and b, of three pods each, with labels and ports of their own.
        const world = worldOf([
          ...namespaces.map((metadata) => ({ apiVersion: 'v1', kind: 'Namespace', metadata })),
          ...pods.map(({ labels, ports }, index) => ({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: {
              name: `pod-${index}`,
              namespace: index < 3 ? 'one' : 'two',
              labels,
              ownerReferences: [
                { controller: true, kind: 'StatefulSet', name: index < 3 ? 'a' : 'b', uid: 'u' },
              ],
            },
            spec: { containers: [{ ports: ports.map((each) => ({ ...each, containerPort: each.port })) }] },
            status: { phase: 'Running', podIPs: [{ ip: ADDRESSES[index] }] },
          })),
          ...policies.map((policy) => ({
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            ...policy,
          })),
        ]);
        const evaluator = compile(world);
        for (const [from, to] of [
          ['one/a', 'two/b'],
          ['two/b', 'one/a'],
          ['one/a', 'one/a'],
        ]) {
          const question = parseQuestion(`${from} -> ${to}:${port}/tcp`);
          const { cases } = explain(question, { snapshot: SNAPSHOT, world, namespace: 'default' });
          for (const [i, source] of world.pods.entries()) {
            for (const [j, destination] of world.pods.entries()) {
              const isAsked =
                `${source.namespace}/${source.owner?.name}` === from &&
                `${destination.namespace}/${destination.owner?.name}` === to;
              if (!isAsked || i === j) continue;
              const { verdict, certain } = evaluator.answer(i, j, 'TCP', port);
              const told = cases.filter(
                (each) => each.from.includes(source.name) && each.to.includes(destination.name),
              );
              expect(told).toContainEqual(expect.objectContaining({ verdict, certain }));
            }
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('any text is a question or refused as none', () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('->', '/', ':', '[', ']', '::', '10.0.0.0/8', 'web', '80', 'tcp'),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      try {
        const { port } = parseQuestion(parts.join(''));
        expect([port.number === undefined, port.name === undefined]).toContain(true);
      } catch (error) {
        expect(error).toBeInstanceOf(NetproofError);
      }
    }),
  );
});
