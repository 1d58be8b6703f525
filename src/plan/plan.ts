/** From a scenario and its matrix to what a run will create and ask; nothing is touched yet. */
import { NetproofError } from '../model/errors.ts';
import type { Matrix } from '../model/matrix.ts';
import type { ControlNamespace, Plan, WorkloadClass } from '../model/plan.ts';
import type { Scenario, Workload } from '../model/scenario.ts';
import { standIns, withoutMembers } from './classes.ts';
import { estimate } from './estimate.ts';
import { rbacFor } from './rbac.ts';

export interface Loaded {
  readonly scenario: Scenario;
  readonly matrix: Matrix;
  /** Of a scenario that is too large to be expanded without: the matrix is of representatives only. */
  readonly classes?: readonly WorkloadClass[];
}

export interface PlanOptions {
  readonly runId: string;
  readonly controlNamespace?: string | undefined;
  /** Absent: those without which the scenario is too large, or none. */
  readonly classes?: readonly WorkloadClass[];
}

/** First choice for the port that the kubelet's liveness probe fetches; moved up where a workload listens on it. */
const FIRST_CONTROL_PORT = 24_117;

/**
 * @param runId lower-case letters and digits: it is a label value and part of the control namespace's name
 * @param controlNamespace one that exists, where the run may not create its own
 */
export function planRun(loaded: Loaded, options: PlanOptions): Plan {
  const { runId, controlNamespace } = options;
  const { scenario } = loaded;
  const { classes = loaded.classes ?? [] } = options;
  if (loaded.classes !== undefined && classes.length === 0) throw tooLarge(scenario);
  const matrix = loaded.classes === undefined ? withoutMembers(loaded.matrix, classes) : loaded.matrix;
  const left = standIns(classes);
  const control = controlFor(runId, controlNamespace ?? scenario.pods.controlNamespace);
  const sources = new Set(matrix.sources);
  const listeners = scenario.workloads.filter(({ name, listen }) => listen.length > 0 && !left.has(name));
  const probers = scenario.workloads.filter(({ name }) => sources.has(name));
  return {
    runId,
    scenario,
    matrix,
    classes,
    created: scenario.namespaces.filter((namespace) => namespace.create),
    existing: scenario.namespaces.filter((namespace) => !namespace.create),
    control,
    policies: scenario.policies,
    listeners,
    probers,
    controlPort: controlPort(scenario),
    beatMs: beatMs(listeners),
    stallMs: stallMs(scenario.attempt.timeoutMs),
    rbac: rbacFor(scenario, control),
    estimate: estimate(scenario, matrix, listeners.length, probers.length),
  };
}

function tooLarge({ file }: Scenario): NetproofError {
  return new NetproofError('scenario-invalid', `${file} is too large to probe every pair`, {
    hint: 'leave out --exhaustive, or split the scenario',
  });
}

export function controlFor(runId: string, existing: string | undefined): ControlNamespace {
  return existing === undefined
    ? { name: `netproof-${runId}`, create: true }
    : { name: existing, create: false };
}

const SHORTEST_STALL_MS = 50;
const LONGEST_STALL_MS = 500;

const SHORTEST_BEAT_MS = 250;
/** A verdict wants a control near it; the judge's window is wider than two of these. */
const LONGEST_BEAT_MS = 2000;
const DIALS_PER_SECOND = 250;

/** Half of a timeout and hardly a tick more (probes/listener.ts): who stands still for a whole one is found out. */
function stallMs(timeoutMs: number): number {
  return Math.min(LONGEST_STALL_MS, Math.max(SHORTEST_STALL_MS, timeoutMs / 2));
}

/** Every listener dials its idle sockets once a beat; all of them together must not be a load of their own. */
function beatMs(listeners: readonly Workload[]): number {
  const sockets = listeners.reduce((sum, { listen }) => sum + listen.length, 0);
  return Math.min(LONGEST_BEAT_MS, Math.max(SHORTEST_BEAT_MS, (1000 * sockets) / DIALS_PER_SECOND));
}

function controlPort(scenario: Scenario): number {
  const taken = new Set(scenario.workloads.flatMap((workload) => workload.listen.map((port) => port.port)));
  let port = FIRST_CONTROL_PORT;
  while (taken.has(port)) port += 1;
  return port;
}
