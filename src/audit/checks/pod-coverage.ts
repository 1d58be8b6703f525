import type { Evidence, Subject } from '../../model/audit.ts';
import type { Direction } from '../../model/capabilities.ts';
import type { PolicyPod } from '../../policy/world.ts';
import { count } from '../../report/text.ts';
import type { Check, CheckInput, Found } from '../check.ts';
import { policyCounts, severityIn } from './namespace-coverage.ts';

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

export const podCoverage: Check = {
  id: 'pod-coverage',
  step: 5,
  title: 'Every pod is isolated in both directions',
  rules: {
    'pod-open-for-ingress': 'No policy isolates the pods of a workload for ingress.',
    'pod-open-for-egress': 'No policy isolates the pods of a workload for egress.',
  },
  run(input) {
    const { pods } = input.evaluator.world;
    if (pods.length === 0) return { kind: 'not-applicable', because: 'there are no pods' };
    const inNetwork = pods.filter(({ hostNetwork }) => !hostNetwork);
    const workloads = byWorkload(inNetwork);
    const open = DIRECTIONS.map((direction) => ({
      direction,
      of: openWorkloads(workloads, direction, input),
    }));
    const counts = open.map(({ direction, of }) => `${sum(of.values())} are open for ${direction}`);
    return {
      kind: 'examined',
      because: `of ${count(inNetwork.length, 'pod')} ${counts.join(', ')}; ${pods.length - inNetwork.length} are on their node's network, where policies have no meaning`,
      findings: open.flatMap(({ direction, of }) => findings(workloads, direction, of, input)),
      evidence: [summary(inNetwork, input), hostTable(pods.filter(({ hostNetwork }) => hostNetwork))],
    };
  },
};

interface Workload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: readonly PolicyPod[];
}

function byWorkload(pods: readonly PolicyPod[]): ReadonlyMap<string, Workload> {
  const found = new Map<string, Workload & { readonly pods: PolicyPod[] }>();
  for (const pod of pods) {
    const { kind, name } = pod.owner ?? { kind: 'Pod', name: pod.name };
    const key = `${pod.namespace}/${kind}/${name}`;
    const known = found.get(key);
    if (known) known.pods.push(pod);
    else found.set(key, { namespace: pod.namespace, kind, name, pods: [pod] });
  }
  return found;
}

/** How many pods of each workload no policy isolates in that direction. */
function openWorkloads(
  workloads: ReadonlyMap<string, Workload>,
  direction: Direction,
  { evaluator }: CheckInput,
): ReadonlyMap<string, number> {
  return new Map(
    [...workloads].flatMap(([key, { pods }]) => {
      const open = pods.filter((pod) => evaluator.isolation(pod, direction).length === 0).length;
      return open === 0 ? [] : [[key, open] as const];
    }),
  );
}

function findings(
  workloads: ReadonlyMap<string, Workload>,
  direction: Direction,
  open: ReadonlyMap<string, number>,
  input: CheckInput,
): Found[] {
  const counts = policyCounts(input.snapshot);
  const bare = new Map<string, number>();
  const found = [...open].flatMap(([key, openPods]): Found[] => {
    const workload = workloads.get(key);
    if (workload === undefined) return [];
    const { namespace, kind, name, pods } = workload;
    if (!counts.has(namespace)) {
      bare.set(namespace, (bare.get(namespace) ?? 0) + openPods);
      return [];
    }
    const which = pods.length === 1 ? 'its pod' : `${openPods} of its ${pods.length} pods`;
    const message = `${kind} ${namespace}/${name}: no policy isolates ${which} for ${direction}`;
    return finding(direction, { kind, namespace, name }, namespace, message, input);
  });
  return [...found, ...[...bare].flatMap(([name, pods]) => wholeNamespace(direction, name, pods, input))];
}

/** Where there is no policy at all, one finding tells it: hundreds of workloads would bury the others. */
function wholeNamespace(direction: Direction, name: string, pods: number, input: CheckInput): Found[] {
  const which = pods === 1 ? 'its only pod' : `any of its ${pods} pods`;
  const message = `namespace ${name}: no policy isolates ${which} for ${direction}`;
  return finding(direction, { kind: 'Namespace', name }, name, message, input);
}

function finding(
  direction: Direction,
  subject: Subject,
  namespace: string,
  message: string,
  input: CheckInput,
): Found[] {
  const severity = severityIn(namespace, input.config.coverage[direction], input);
  return severity === undefined ? [] : [{ rule: `pod-open-for-${direction}`, severity, subject, message }];
}

function summary(pods: readonly PolicyPod[], { evaluator }: CheckInput): Evidence {
  const counts = new Map<string, { pods: number; ingress: number; egress: number }>();
  for (const pod of pods) {
    const there = counts.get(pod.namespace) ?? { pods: 0, ingress: 0, egress: 0 };
    counts.set(pod.namespace, there);
    there.pods++;
    for (const direction of DIRECTIONS) {
      if (evaluator.isolation(pod, direction).length > 0) there[direction]++;
    }
  }
  return {
    title: 'Isolated pods by namespace',
    columns: ['Namespace', 'Pods', 'Isolated for ingress', 'Isolated for egress'],
    rows: [...counts].map(([namespace, { pods: all, ingress, egress }]) =>
      [namespace, all, ingress, egress].map(String),
    ),
  };
}

function hostTable(pods: readonly PolicyPod[]): Evidence {
  return {
    title: 'Pods on their node’s network, which policies can’t isolate',
    columns: ['Namespace', 'Pod', 'Node'],
    rows: pods.map(({ namespace, name, node }) => [namespace, name, node ?? '']),
  };
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, each) => total + each, 0);
}
