/** What a person reads of a detection. */
import { describe, expect, test } from '@jest/globals';
import type { Detection } from '../../../src/model/detection.ts';
import { detect } from '../../../src/preflight/detect/detect.ts';
import { readFacts } from '../../../src/preflight/facts/read.ts';
import { detectionLines, detectionWarnings, enforcerLine } from '../../../src/report/detection.ts';
import { type ApiObject, clusterOf, type Forbidden } from './api.ts';
import { configMap, daemonSet, NODES } from './fixtures/make.ts';

async function detected(objects: readonly ApiObject[], forbidden?: Forbidden): Promise<Detection> {
  return detect(await readFacts(clusterOf(objects, [], forbidden), new AbortController().signal));
}
const cilium = (enablePolicy: string) => [
  ...NODES,
  ...daemonSet('kube-system/cilium', [['cilium-agent', 'quay.io/cilium/cilium:v1.15.6']], { on: ['node-a'] }),
  configMap('kube-system/cilium-config', { 'enable-policy': enablePolicy }),
];

describe('the one line', () => {
  test.each([
    ['an enforcer with its version', cilium('default'), 'Cilium 1.15.6'],
    ['an enforcer that is switched off', cilium('never'), /^none known: of Cilium 1\.15\.6, none enforces/],
    ['nothing', [], 'unknown: no network plugin was recognised'],
  ])('%s', async (_, objects, line) => {
    const told = enforcerLine(await detected(objects));
    if (typeof line === 'string') expect(told).toBe(line);
    else expect(told).toMatch(line);
  });
});

test('warnings name the switch with its remedy, and the nodes without an agent', async () => {
  const warnings = detectionWarnings(await detected(cilium('never')));
  expect(warnings).toEqual([
    expect.stringMatching(
      /^Cilium is switched off: ConfigMap kube-system\/cilium-config: enable-policy = never \(.*\); to turn it on, set policyEnforcementMode/,
    ),
    'Cilium: its agent is missing on node-b',
  ]);
});

test('all lines: evidence, switch, agents, what is not enforced, what is known', async () => {
  const text = detectionLines(await detected(cilium('never'))).join('\n');
  for (const part of [
    'seen by: DaemonSet kube-system/cilium (quay.io/cilium/cilium:v1.15.6); ConfigMap kube-system/cilium-config',
    'SWITCHED OFF: ConfigMap kube-system/cilium-config: enable-policy = never',
    'agent: ready on 1 node; MISSING on node-b',
    'does not enforce: endPort, SCTP, cluster-wide policies',
    'a denied packet is: dropped',
    'a new pod is: closed until its policies are programmed',
    'known: endPort is ignored before 1.17',
  ]) {
    expect(text).toContain(part);
  }
});

test('what could not be read is told once per reason', async () => {
  const lines = detectionLines(await detected([...NODES], () => true));
  expect(lines.filter((line) => line.startsWith('could not be read'))).toEqual([
    expect.stringMatching(/^could not be read \(not allowed\): Nodes, API groups, Namespaces, DaemonSets of/),
  ]);
});
