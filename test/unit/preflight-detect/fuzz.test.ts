/** Whatever a cluster says, detection answers, and what it prints can't act on a terminal. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { detect } from '../../../src/preflight/detect/detect.ts';
import type { Facts } from '../../../src/preflight/detect/facts.ts';
import { DETECTORS } from '../../../src/preflight/detect/registry.ts';
import { detectionLines, detectionWarnings, enforcerLine } from '../../../src/report/detection.ts';
import { isUnsafe } from '../../../src/report/escape.ts';

const KNOWN = DETECTORS.flatMap(({ agent, configMaps, environment, annotations, apiGroups }) => [
  ...(agent?.names ?? []),
  ...(agent?.container === undefined ? [] : [agent.container]),
  ...(configMaps ?? []).flatMap(({ name, keys }) => [name, ...keys]),
  ...(environment ?? []),
  ...(annotations ?? []),
  ...(apiGroups ?? []).map((group) => `${group}/v1`),
]);
/** Words that detectors look for, among any others. */
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...KNOWN) },
  fc.constantFrom('true', 'false', 'never', 'v1.15.6', '--run-firewall=false', '--enable-np', 'constructor'),
  fc.constantFrom('', '\u001b[2J', '\u202e', '__proto__', 'netproof://v22', 'v1.33.4+k3s1', 'windows'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const list = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 });
const words = fc.dictionary(word, word, { maxKeys: 4 });
const container = fc.record({
  name: word,
  image: fc.tuple(word, word).map(([path, tag]) => `${path}:${tag}`),
  args: list(word),
  env: words,
});
const facts: fc.Arbitrary<Facts> = fc.record(
  {
    apis: list(word),
    workloads: list(
      fc.record({
        kind: fc.constantFrom('DaemonSet', 'Deployment'),
        namespace: word,
        name: word,
        containers: list(container),
        installsCni: fc.boolean(),
      }),
    ),
    configMaps: list(fc.record({ namespace: word, name: word, data: words })),
    clusterRoles: list(fc.record({ name: word, resources: list(word) })),
    nodes: list(
      fc.record({
        name: word,
        os: word,
        kubelet: word,
        runtime: word,
        osImage: word,
        labels: words,
        annotations: words,
      }),
    ),
    agentPods: list(fc.record({ namespace: word, workload: word, node: word, ready: fc.boolean() })),
    meshed: list(fc.record({ name: word, mesh: word })),
    openshiftNetwork: word,
    calico: fc.record(
      { denyAction: word, cni: word, setupTimeoutSeconds: fc.double() },
      { requiredKeys: [] },
    ),
    allDaemonSets: fc.boolean(),
    unread: list(fc.record({ what: word, why: word })),
  },
  {
    requiredKeys: [
      'apis',
      'workloads',
      'configMaps',
      'clusterRoles',
      'nodes',
      'agentPods',
      'meshed',
      'calico',
      'allDaemonSets',
      'unread',
    ],
  },
);

test('any facts have an answer that is safe to print', () => {
  fc.assert(
    fc.property(facts, (any) => {
      const detection = detect(any);
      const lines = [enforcerLine(detection), ...detectionLines(detection), ...detectionWarnings(detection)];
      expect(lines.filter(isUnsafe)).toEqual([]);
      // An enforcer is named only if something that enforces was recognised and is not switched off.
      if (detection.enforcer.kind === 'known') {
        const { names } = detection.enforcer;
        const named = detection.engines.filter(({ name }) => names.includes(name));
        expect(named.some(({ switches }) => switches.every(({ effect }) => effect !== 'off'))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
