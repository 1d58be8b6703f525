/** From what the stages brought to the record, and from the record to the result. */
import type { Fleet } from '../fleet/deploy.ts';
import type { Capabilities } from '../model/capabilities.ts';
import type { Detection } from '../model/detection.ts';
import type { Plan } from '../model/plan.ts';
import type { PolicyFact, RunRecord } from '../model/record.ts';
import type { Resources, RunResult } from '../model/result.ts';
import type { Verdict } from '../model/verdict.ts';
import type { PolicyRef } from '../policy/prediction.ts';
import { heldClasses } from '../prediction/classes.ts';
import { policyFacts } from '../prediction/facts.ts';
import { Predictor } from '../prediction/predict.ts';
import type { Gap, PoliciesRead, Reading } from '../prediction/reading.ts';
import type { Measured } from '../probing/probe.ts';
import { listenerRecord, probeRecords, proberRecord } from '../probing/record.ts';
import { coverageOf } from '../verdict/coverage.ts';
import { diagnose } from '../verdict/diagnosis.ts';
import { judge } from '../verdict/judge.ts';
import type { Surroundings } from './context.ts';
import type { ClusterFacts } from './facts.ts';
import { summarise } from './summary.ts';

export interface Shown {
  readonly capabilities: Capabilities;
  /** Absent if the preflight was skipped. */
  readonly detection?: Detection;
}

export interface Parts extends Shown {
  readonly startedAt: number;
  readonly facts: ClusterFacts;
  readonly fleet: Fleet;
  readonly measured: Measured;
  readonly reading: Reading;
  readonly after: PoliciesRead;
  readonly changes: readonly Gap[];
  readonly moved: ReadonlySet<string>;
  readonly notes: readonly string[];
}

export function recordOf(plan: Plan, { clock }: Pick<Surroundings, 'clock'>, parts: Parts): RunRecord {
  const { fleet, measured, reading, changes } = parts;
  const listeners = [...fleet.listeners.values()];
  const pods = [...listeners.map(({ pod }) => pod), ...measured.batches.map(({ log }) => log.pod)];
  const classes = heldClasses(plan.classes, plan.scenario, fleet.identities, [
    { ...reading, policies: [...reading.objects, ...reading.policies] },
    { ...parts.after, policies: [...reading.objects, ...parts.after.policies] },
  ]);
  const policies = policyFacts(reading.policies, plan.policies);
  const predictor = new Predictor({
    reading,
    changes,
    pods,
    targets: plan.scenario.targets,
    where: whereabouts(policies),
  });
  const probes = probeRecords(measured, fleet, parts.moved, (probe) => predictor.of(probe));
  return {
    runId: plan.runId,
    startedAt: parts.startedAt,
    endedAt: clock.now(),
    scenario: { name: plan.scenario.name, file: plan.scenario.file, digest: plan.scenario.digest },
    cluster: parts.facts,
    capabilities: parts.capabilities,
    ...(parts.detection === undefined ? {} : { detection: parts.detection }),
    pods: [...pods, ...measured.controlPods],
    policies,
    units: predictor.units,
    ...(classes.length > 0 ? { classes } : {}),
    probes,
    probers: measured.batches.map(proberRecord),
    listeners: listeners.map((listener) => listenerRecord(listener, measured.behind)),
    controls: measured.controls,
    notes: [...parts.capabilities.findings, ...parts.notes, ...gapNotes([...reading.gaps, ...changes])],
  };
}

function whereabouts(policies: readonly PolicyFact[]): (policy: PolicyRef) => string | undefined {
  const places = new Map(
    policies.flatMap(({ uid, origin }) => (origin ? [[uid, `${origin.file}:${origin.line}`]] : [])),
  );
  return ({ uid }) => (uid === undefined ? undefined : places.get(uid));
}

/** Of more only the number is told. */
const MOST_GAPS = 5;

function gapNotes(gaps: readonly Gap[]): readonly string[] {
  const reasons = [...new Set(gaps.map(({ why }) => why))];
  const rest = reasons.length - MOST_GAPS;
  return [
    ...reasons.slice(0, MOST_GAPS).map((why) => `what the policies say is not known for sure: ${why}`),
    ...(rest > 0 ? [`and ${rest} more of this kind: netproof rbac lists the rights to read policies`] : []),
  ];
}

export interface Judged {
  readonly record: RunRecord;
  readonly verdicts: readonly Verdict[];
}

/** Verdicts from packets alone; only then what the policies say is laid beside them. */
export function judgeRecord(record: RunRecord): Judged {
  return { record, verdicts: diagnose(record, judge(record)) };
}

export function resultOf(
  { record, verdicts }: Judged,
  deps: Pick<Surroundings, 'version' | 'cluster'> & {
    readonly usage: () => Pick<Resources, 'cpuMs' | 'maxRss'>;
  },
  timings: RunResult['timings'],
): RunResult {
  return {
    apiVersion: 'netproof/v1',
    kind: 'RunResult',
    tool: { name: 'netproof', version: deps.version },
    summary: summarise(record, verdicts),
    timings,
    resources: { ...deps.usage(), api: { ...deps.cluster.traffic } },
    verdicts,
    coverage: coverageOf(record, verdicts),
    record,
  };
}
