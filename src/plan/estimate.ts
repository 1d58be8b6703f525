import type { Matrix } from '../model/matrix.ts';
import type { Estimate } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';

/** Canary: one in a dozen, more or less by what the policies use. Controls: a listener and a prober on each node, two nodes assumed. */
const CANARY_PODS = 12;
const CONTROL_PODS = 4;
/** Seen on a two-node cluster: pods of this kind start at about two a second, the first after one second. */
const POD_START_SECONDS = 0.5;
const FIRST_POD_SECONDS = 1;
const CANARY_SECONDS = 3;

export function estimate(scenario: Scenario, matrix: Matrix, listeners: number, probers: number): Estimate {
  const { attempt } = scenario;
  const probes = matrix.cells.length;
  const pods = listeners + probers + CANARY_PODS + CONTROL_PODS;
  const rounds = attempt.stableRounds;
  const waves = Math.max(1, Math.ceil(probers / attempt.concurrency));
  const waiting = (waves * rounds * attempt.timeoutMs) / 1000;
  const sending = (probes * rounds) / attempt.ratePerSecond;
  const starting = FIRST_POD_SECONDS * 2 + pods * POD_START_SECONDS;
  return { pods, probes, seconds: Math.ceil(CANARY_SECONDS + starting + waiting + sending) };
}
