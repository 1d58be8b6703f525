/** Says what the policies of a world mean for a connection. */
import type { Direction } from '../model/capabilities.ts';
import { readAdminPolicy } from './admin-policy.ts';
import { classify } from './classes.ts';
import { decideDirection, itself, missesOf } from './decision.ts';
import { indexEnds } from './ends.ts';
import type { End, Ends, PodEnd } from './ends.ts';
import { readNetworkPolicy } from './network-policy.ts';
import type { Answer, Doubt, Flow, PolicyRef, Prediction, RuleMiss, Unit } from './prediction.ts';
import type { Wanted } from './ports.ts';
import { profiler } from './profile.ts';
import type { Profiler } from './profile.ts';
import { Table, answerOf, codeOf, combine, isCertainDeny } from './table.ts';
import { unitsOf } from './units.ts';
import type { PolicyPod, TransportProtocol, World } from './world.ts';

export interface Evaluator {
  readonly world: World;
  /** With every reason. Throws if a pod is not one of the world's, or if an address is none. */
  decide(flow: Flow): Prediction;
  /** Of a flow that NetworkPolicies deny in that direction: what their rules allow instead, and why it is not this. */
  misses(flow: Flow, direction: Direction): readonly RuleMiss[];
  /**
   * The same answer without reasons, for very many questions.
   *
   * @param from index into the world's pods
   * @param to index into the world's pods
   */
  answer(from: number, to: number, protocol: TransportProtocol, port: number): Answer;
  /** NetworkPolicies that isolate the pod in that direction; none: it is open but for admin policies. */
  isolation(pod: PolicyPod, direction: Direction): readonly PolicyRef[];
  /** Every rule and every default deny of every policy, in the order of the policies. */
  readonly units: readonly Unit[];
  /** Numbers of classes, one per pod: no policy of the world can tell two pods of one class apart. */
  readonly classes: readonly number[];
}

/** Reads the policies once; the world must not change after that. */
export function compile(world: World): Evaluator {
  const policies = [...world.policies.map(readNetworkPolicy), ...world.adminPolicies.map(readAdminPolicy)];
  const ends = indexEnds(world);
  const profileOf = profiler(policies, world.foreign);
  const classes = classify(ends.pods, policies, world.foreign);
  const decide = ({ from, to, protocol, port }: Flow): Prediction =>
    predict(ends.of(from), ends.of(to), { protocol, port }, profileOf);
  return {
    world,
    decide,
    misses: ({ from, to, protocol, port }, direction) => {
      const [source, destination] = [ends.of(from), ends.of(to)];
      const [subject, peer] = direction === 'egress' ? [source, destination] : [destination, source];
      const side = { subject, peer, to: destination, wanted: { protocol, port } };
      return missesOf(side, profileOf(subject, direction));
    },
    answer: answering(ends.pods, classes, profileOf),
    isolation: (pod, direction) => profileOf(ends.of({ pod }), direction).own.by,
    units: unitsOf(policies),
    classes,
  };
}

function predict(from: End, to: End, wanted: Wanted, profileOf: Profiler): Prediction {
  if (from === to) {
    const [egress, ingress] = [itself('egress'), itself('ingress')];
    return { verdict: 'allow', certain: true, doubts: [], egress, ingress };
  }
  const out = decideDirection('egress', { subject: from, peer: to, to, wanted }, profileOf(from, 'egress'));
  const into = decideDirection('ingress', { subject: to, peer: from, to, wanted }, profileOf(to, 'ingress'));
  const [egress, ingress] = [out.decision, into.decision];
  const answer = answerOf(combine(codeOf(egress), codeOf(ingress)));
  const doubts = answer.certain ? [] : distinct([...out.doubts, ...into.doubts]);
  return { ...answer, doubts, egress, ingress };
}

function answering(pods: Ends['pods'], classes: readonly number[], profileOf: Profiler): Evaluator['answer'] {
  const representatives: (PodEnd | undefined)[] = [];
  for (const [index, end] of pods.entries()) {
    representatives[classes[index] ?? 0] ??= end.kind === 'pod' ? end : undefined;
  }
  const table = new Table(representatives, profileOf);
  return (from, to, protocol, port) => {
    const [source, destination] = [pods[from], pods[to]];
    if (source === undefined || destination === undefined) throw new Error(`no pod ${from} or ${to}`);
    const isTabled = from !== to && source.kind === 'pod' && destination.kind === 'pod';
    if (!isTabled) return answerOf(codeOf(predict(source, destination, { protocol, port }, profileOf)));
    const [a, b] = [classes[from] ?? 0, classes[to] ?? 0];
    const egress = table.code('egress', a, b, protocol, port);
    if (isCertainDeny(egress)) return answerOf(egress);
    return answerOf(combine(egress, table.code('ingress', b, a, protocol, port)));
  };
}

function distinct(doubts: readonly Doubt[]): readonly Doubt[] {
  return [...new Map(doubts.map((doubt) => [doubt.text, doubt])).values()];
}
