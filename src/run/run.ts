/** The line: scenario, plan, preflight, deploy, probe, judge, report; clean up, always. */
import type { Context } from '../fleet/context.ts';
import { deployFleet } from '../fleet/deploy.ts';
import { surveyCluster } from '../fleet/survey.ts';
import { movedTargets } from '../fleet/targets.ts';
import { UndoStack } from '../fleet/undo.ts';
import { UNKNOWN_CAPABILITIES } from '../model/capabilities.ts';
import { linked } from '../model/deadline.ts';
import type { Plan } from '../model/plan.ts';
import type { Resources, RunResult } from '../model/result.ts';
import { type Loaded, planRun } from '../plan/plan.ts';
import { requireAccess } from '../preflight/access.ts';
import { detect } from '../preflight/detect/detect.ts';
import { readFacts } from '../preflight/facts/read.ts';
import { openControlNamespace, scenarioCanary } from '../preflight/preflight.ts';
import { type Reliance, relianceOf } from '../preflight/relies.ts';
import { requireEnforcement, untoldFor } from '../preflight/require.ts';
import { besidePolicies } from '../prediction/beside.ts';
import { liveClasses } from '../prediction/classes.ts';
import { readStanding } from '../prediction/read.ts';
import { Controls } from '../probing/controls.ts';
import { probeFleet } from '../probing/probe.ts';
import { cleanUp } from './clean-up.ts';
import { contextOf, interrupted, noting, type RunSettings, type Surroundings } from './context.ts';
import { clusterFacts } from './facts.ts';
import { Phases } from './phases.ts';
import { judgeRecord, recordOf, resultOf, type Shown } from './record.ts';

export interface RunOptions {
  readonly runId: string;
  /** Believe the cluster untested; the report says so. */
  readonly skipPreflight: boolean;
  /** Probe every pair, also those that no policy can tell apart. */
  readonly exhaustive: boolean;
  /** One that exists, for the canary and the controls; absent: a new one. */
  readonly controlNamespace?: string | undefined;
}

export interface RunDeps extends Surroundings {
  /** This process' CPU time and peak memory so far. */
  readonly usage: () => Pick<Resources, 'cpuMs' | 'maxRss'>;
  /** Gets the result as soon as it is known, before the clean-up. */
  readonly report: (result: RunResult) => void | Promise<void>;
}

/** Rejects with a NetproofError if the run could not be completed; what was created is removed either way. */
export async function run(loaded: Loaded, options: RunOptions, deps: RunDeps): Promise<RunResult> {
  const whole = planRun(loaded, options);
  const undo = new UndoStack();
  const working = linked(deps.signal);
  const watching = linked();
  const phases = new Phases(deps.clock, deps.emit);
  const notes: string[] = [];
  const context = contextOf(settingsOf(whole), noting(deps, notes), undo, working.signal, watching.signal);
  const startedAt = deps.clock.now();
  try {
    const { facts, survey, plan, reliance } = await phases.run('resolve', async () => {
      if (!options.skipPreflight) await requireAccess(deps.cluster, whole.rbac);
      const survey = await surveyCluster(context, whole);
      const standing = await readStanding(context, whole);
      const classes = options.exhaustive ? [] : liveClasses(loaded, survey.identities, standing);
      const plan = planRun(loaded, { ...options, classes });
      const reliance = relianceOf(plan, survey.identities, standing);
      return { facts: await clusterFacts(deps), survey, plan, reliance };
    });
    const shown = await phases.run('preflight', () => preflight(context, plan, reliance, options));
    const controls = new Controls(context, plan.control.name);
    const fleet = await phases.run('deploy', () =>
      deployFleet(context, plan, survey, (node) => controls.listenOn(node)),
    );
    const probed = await phases.run('probe', () =>
      besidePolicies(context, plan, () => probeFleet(context, plan, fleet, shown.capabilities, controls)),
    );
    const moved = await movedTargets(context, plan, fleet);
    const parts = { startedAt, facts, ...shown, fleet, ...probed, moved, notes };
    const judged = await phases.run('judge', () => judgeRecord(recordOf(plan, deps, parts)));
    const result = resultOf(judged, deps, phases.timings);
    await deps.report(result);
    return result;
  } catch (error) {
    throw deps.signal.aborted ? interrupted(deps.signal) : error;
  } finally {
    // Whatever still works or follows a log must not create anything behind the clean-up's back.
    working.abort();
    await phases.run('clean-up', () => cleanUp(undo, deps.emit, whole.runId));
    watching.abort();
  }
}

function settingsOf({ runId, controlPort, beatMs, stallMs, scenario }: Plan): RunSettings {
  return { runId, controlPort, beatMs, stallMs, settings: scenario.pods };
}

async function preflight(
  context: Context,
  plan: Plan,
  reliance: Reliance,
  options: RunOptions,
): Promise<Shown> {
  await openControlNamespace(context, plan.control);
  if (options.skipPreflight) return { capabilities: UNKNOWN_CAPABILITIES };
  const [capabilities, facts] = await Promise.all([
    scenarioCanary(context, plan.control, reliance),
    readFacts(context.cluster, context.signal),
  ]);
  const detection = detect(facts);
  requireEnforcement(reliance, capabilities, detection);
  for (const { capability, because } of untoldFor(reliance, capabilities))
    context.emit({ kind: 'note', message: `the preflight could not tell about ${capability}: ${because}` });
  return { capabilities, detection };
}
