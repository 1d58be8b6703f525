/** A preflight by itself: who is said to enforce policies, what is seen to be enforced; clean up, always. */
import { UndoStack } from '../fleet/undo.ts';
import type { Proof } from '../model/capabilities.ts';
import { linked } from '../model/deadline.ts';
import { EXIT } from '../model/errors.ts';
import type { PreflightResult } from '../model/result.ts';
import type { PodSettings } from '../model/scenario.ts';
import { controlFor } from '../plan/plan.ts';
import { preflightRights } from '../plan/rbac.ts';
import { requireAccess } from '../preflight/access.ts';
import { detect } from '../preflight/detect/detect.ts';
import { readFacts } from '../preflight/facts/read.ts';
import { openControlNamespace, thoroughCanary, type ThoroughOptions } from '../preflight/preflight.ts';
import { cleanUp } from './clean-up.ts';
import { contextOf, interrupted, type Surroundings } from './context.ts';
import { clusterFacts } from './facts.ts';
import { Phases } from './phases.ts';

export interface PreflightOptions extends ThoroughOptions {
  readonly runId: string;
  /** One that exists; absent: a new one. */
  readonly namespace?: string | undefined;
  readonly settings: PodSettings;
}

export interface PreflightDeps extends Surroundings {
  /** Gets the result as soon as it is known, before the clean-up. */
  readonly report: (result: PreflightResult) => void | Promise<void>;
}

/** Nobody listens there but the kubelet's probe. */
const CONTROL_PORT = 24_117;
const BEAT_MS = 250;
const STALL_MS = 500;

/** Rejects with a NetproofError if it could not be completed; what was created is removed either way. */
export async function preflight(options: PreflightOptions, deps: PreflightDeps): Promise<PreflightResult> {
  const { runId, settings } = options;
  const control = controlFor(runId, options.namespace);
  const undo = new UndoStack();
  const working = linked(deps.signal);
  const watching = linked();
  const phases = new Phases(deps.clock, deps.emit);
  const own = { runId, settings, controlPort: CONTROL_PORT, beatMs: BEAT_MS, stallMs: STALL_MS };
  const context = contextOf(own, deps, undo, working.signal, watching.signal);
  const startedAt = deps.clock.now();
  try {
    const { cluster, detection } = await phases.run('resolve', async () => {
      await requireAccess(deps.cluster, preflightRights(control));
      const facts = await readFacts(deps.cluster, working.signal);
      return { cluster: await clusterFacts(deps), detection: detect(facts) };
    });
    const capabilities = await phases.run('preflight', async () => {
      await openControlNamespace(context, control);
      return thoroughCanary(context, control, options);
    });
    const endedAt = deps.clock.now();
    const facts = { runId, startedAt, endedAt, cluster, detection, capabilities };
    const result = preflightResult(facts, deps.version, phases.timings);
    await deps.report(result);
    return result;
  } catch (error) {
    throw deps.signal.aborted ? interrupted(deps.signal) : error;
  } finally {
    working.abort();
    await phases.run('clean-up', () => cleanUp(undo, deps.emit, runId));
    watching.abort();
  }
}

function preflightResult(
  facts: PreflightResult['record'],
  version: string,
  timings: PreflightResult['timings'],
): PreflightResult {
  const count = (wanted: Proof): number =>
    facts.capabilities.proofs.filter(({ proof }) => proof === wanted).length;
  const [proven, absent, unknown] = [count('proven'), count('absent'), count('unknown')];
  const exitCode = absent > 0 ? EXIT.unenforced : unknown > 0 ? EXIT.inconclusive : EXIT.proven;
  return {
    apiVersion: 'netproof/v1',
    kind: 'PreflightResult',
    tool: { name: 'netproof', version },
    summary: { proven, absent, unknown, exitCode },
    timings,
    record: facts,
  };
}
