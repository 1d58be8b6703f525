/** What the schema refuses, said in sentences with place and nearest word. */
import { expect, test } from '@jest/globals';
import { changed, issuesOf } from './memory.ts';

type Mistake = readonly [
  title: string,
  changes: readonly (readonly [string, string])[],
  issues: readonly string[],
];

const MISTAKES: readonly Mistake[] = [
  [
    'another version',
    [['apiVersion: netproof/v1', 'apiVersion: netproof/v2']],
    ['1:13: "netproof/v2" is not netproof/v1'],
  ],
  ['another kind', [['kind: Scenario', 'kind: scenario']], ['2:7: "scenario" is not Scenario']],
  [
    'a name that is none',
    [['metadata: { name: good, description: Nothing wrong here }', 'metadata: { name: Not_Good }']],
    [
      '3:19: "Not_Good" is not a name: use up to 63 lower-case letters, digits and "-", with a letter or digit at both ends (did you mean "not-good"?)',
    ],
  ],
  [
    'a misspelt section',
    [['expect:\n', 'expects:\n']],
    ['36:1: unknown field "expects" in netproof scenario (did you mean "expect"?)'],
  ],
  [
    'a misspelt word of a choice',
    [['default: deny', 'default: dney']],
    ['37:12: "dney" is not allow or deny (did you mean "deny"?)'],
  ],
  ['a missing field', [['default: deny\n', '']], ['36:1: "default" is missing in expectations']],
  [
    'a misspelt field',
    [['labels: { app: web }', 'lables: { app: web }']],
    ['10:5: unknown field "lables" in workload (did you mean "labels"?)'],
  ],
  [
    'a number for text',
    [['labels: { app: web }', 'labels: { app: 1.10 }']],
    ['10:20: 1.1 is not text (put it in quotes)'],
  ],
  [
    'labels against their syntax',
    [['labels: { app: web }', 'labels: { app: "a b", "-x": y }']],
    [
      '10:20: "a b" is not a label value: up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends',
      '10:27: "-x" is not a label key: up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends, perhaps behind a prefix as in example.com/tier',
    ],
  ],
  ['a duration without unit', [['timeout: 1s', 'timeout: 1']], ['48:21: 1 is not text (did you mean "1s"?)']],
  [
    'a duration with another unit',
    [['timeout: 1s', 'timeout: 1 sec']],
    ['48:21: "1 sec" is not a duration: write a number and ms, s or m, as in 500ms (did you mean "1s"?)'],
  ],
  [
    'a duration out of range',
    [['timeout: 1s', 'timeout: 10ms']],
    ['48:21: "10ms" is out of range: from 50ms to 60s'],
  ],
  [
    "a settle budget that can't do",
    [['settleBudget: 30s', 'settleBudget: 1s']],
    ['48:39: a settle budget of 1s is too short for 2 rounds of 1s (take at least 2000ms)'],
  ],
  [
    'wrong pod settings',
    [['cpu: 100m', 'cpu: much, imagePullPolicy: Alway, replicas: 3']],
    [
      '49:14: "much" is not a quantity: write it as Kubernetes does, as in 100m or 96Mi',
      '49:37: "Alway" is not Always, IfNotPresent or Never (did you mean "Always"?)',
      '49:44: unknown field "replicas" in pod settings (choose from "image", "imagePullPolicy", "imagePullSecrets", "controlNamespace", "cpu", "memory", "startTimeout")',
    ],
  ],
  [
    'a section of the wrong type beside a misspelt one',
    [['workloads:\n', 'workloads: []\nworkload:\n']],
    [
      '7:12: a list is not a map',
      '8:1: unknown field "workload" in netproof scenario (did you mean "workloads"?)',
    ],
  ],
];

test.each(MISTAKES)('%s', async (_, changes, issues) => {
  expect(await issuesOf(changed(...changes))).toEqual(issues);
});
