/** The least rights of each command, put together from what its parts say that they read and create. */
import { NetproofError } from '../model/errors.ts';
import type { Plan, RoleRules } from '../model/plan.ts';
import { controlFor, planRun } from '../plan/plan.ts';
import { preflightRights } from '../plan/rbac.ts';
import { detectionRights } from '../preflight/detect/rights.ts';
import { predictionRights } from '../prediction/rights.ts';
import type { DescribedRights } from '../report/rights.ts';
import { nodeFiles } from '../scenario/files.ts';
import { loadScenario } from '../scenario/load.ts';
import { PLACES, WORLD_PLACES } from '../snapshot/places.ts';
import { snapshotRights } from '../snapshot/rights.ts';
import { newRunId } from './launch.ts';

export type Purpose = 'run' | 'preflight' | 'audit' | 'explain' | 'init';

export interface RightsChoice {
  readonly purpose: Purpose;
  /** Files: one for a run, any number for an audit, none for the others. */
  readonly scenarios: readonly string[];
  readonly controlNamespace: string | undefined;
}

/** Rejects with `usage` for a choice that makes no sense, and as loading a scenario does. */
export async function rightsFor(choice: RightsChoice): Promise<DescribedRights> {
  checkChoice(choice);
  const { purpose, scenarios, controlNamespace } = choice;
  switch (purpose) {
    case 'run':
      return runRights(await plansOf(scenarios, controlNamespace));
    case 'preflight':
      return {
        name: 'netproof-preflight',
        title: 'The least rights that a preflight needs.',
        needed: preflightRights(controlFor(newRunId(), controlNamespace)),
        without: `a preflight does without. ${DETECTION}; all of them only read.`,
        optional: detectionRights(),
      };
    case 'audit':
      return auditRights(await plansOf(scenarios, undefined));
    case 'explain':
    case 'init':
      return readingRights(purpose);
  }
}

function checkChoice({ purpose, scenarios, controlNamespace }: RightsChoice): void {
  if (purpose === 'run' && scenarios.length !== 1) {
    throw new NetproofError('usage', 'the rights of a run are those of one scenario', {
      hint: 'netproof rbac scenario.yaml; or name another command, as in netproof rbac --for explain',
    });
  }
  if (purpose !== 'run' && purpose !== 'audit' && scenarios.length > 0) {
    throw new NetproofError('usage', `the rights of ${purpose} do not depend on a scenario`, {
      hint: `netproof rbac --for ${purpose}`,
    });
  }
  if (purpose !== 'run' && purpose !== 'preflight' && controlNamespace !== undefined) {
    throw new NetproofError('usage', `netproof ${purpose} has no --control-namespace`, {
      hint: purpose === 'audit' ? 'the scenario can name one: pods.controlNamespace' : 'leave it out',
    });
  }
}

function plansOf(files: readonly string[], controlNamespace: string | undefined): Promise<readonly Plan[]> {
  return Promise.all(
    files.map(async (file) =>
      planRun(await loadScenario(file, nodeFiles), { runId: newRunId(), controlNamespace }),
    ),
  );
}

const DETECTION =
  'They let the preflight name the policy engine, its version, and the switches that turn it off';

function runRights(plans: readonly Plan[]): DescribedRights {
  return {
    name: 'netproof',
    title: 'The least rights that the run needs.',
    needed: plans.flatMap(({ rbac }) => rbac),
    without: `a run does without. ${DETECTION}, and the run compare packets with what the policies say; all of them only read.`,
    optional: [...detectionRights(), ...plans.flatMap(predictionRights)],
  };
}

const AUDIT = 'netproof-audit';

/** What an audit may not read makes it inconclusive, so it needs it all. */
function auditRights(plans: readonly Plan[]): DescribedRights {
  const { needed, optional } = snapshotRights(PLACES);
  const reading: readonly RoleRules[] = [needed, optional];
  if (plans.length === 0) {
    return {
      name: AUDIT,
      title:
        'The least rights that netproof audit --passive needs; what sends packets needs those of its scenario too: netproof rbac --for audit scenario.yaml. An audit without one makes one up, and --passive --evidence DIR writes it to DIR/scenarios.',
      needed: reading,
    };
  }
  const run = runRights(plans);
  const preflight = preflightRights(controlFor(newRunId(), undefined));
  return {
    ...run,
    name: AUDIT,
    title: 'The least rights that an audit with packets needs.',
    needed: [...reading, ...preflight, ...run.needed],
  };
}

function readingRights(purpose: 'explain' | 'init'): DescribedRights {
  const { needed, optional } = snapshotRights(WORLD_PLACES);
  return {
    name: `netproof-${purpose}`,
    title: `The least rights that netproof ${purpose} needs; all of them only read.`,
    needed: [needed],
    without: `netproof ${purpose} does without, says what it may not read, and is less certain.`,
    optional: [optional],
  };
}
