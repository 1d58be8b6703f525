/** A scenario on its way to a run, and what is printed of a run that is not made. */
import { EXIT, type ExitCode, NetproofError } from '../model/errors.ts';
import type { Loaded } from '../plan/plan.ts';
import type { FormatName } from '../report/format.ts';
import type { Context } from './command.ts';
import { newRunId } from './launch.ts';

export interface PlanChoice {
  readonly output: FormatName;
  readonly controlNamespace: string | undefined;
  readonly exhaustive: boolean;
}

/** As the schema asks of a scenario's own image. */
export function checkImage(image: string | undefined): void {
  if (image === undefined || /^[\x21-\x7e]+$/.test(image)) return;
  throw new NetproofError('usage', `--image ${JSON.stringify(image)} is not an image`, {
    hint: 'for example registry.internal/node:22-alpine',
  });
}

export async function loadWithImage(path: string, image: string | undefined): Promise<Loaded> {
  const { loadScenario } = await import('../scenario/load.ts');
  const { nodeFiles } = await import('../scenario/files.ts');
  const loaded = await loadScenario(path, nodeFiles);
  if (image === undefined) return loaded;
  const { scenario } = loaded;
  return { ...loaded, scenario: { ...scenario, pods: { ...scenario.pods, image } } };
}

/** What a run would do, as far as that is known without a cluster. */
export async function printPlan(
  loaded: Loaded,
  { output, controlNamespace, exhaustive }: PlanChoice,
  { terminal }: Context,
): Promise<ExitCode> {
  const { planRun } = await import('../plan/plan.ts');
  const { declaredClasses } = await import('../prediction/classes.ts');
  const classes = exhaustive ? [] : (loaded.classes ?? declaredClasses(loaded.scenario));
  const plan = planRun(loaded, { runId: newRunId(), controlNamespace, classes });
  switch (output) {
    case 'table':
    case 'wide': {
      const { describePlan } = await import('../report/plan.ts');
      await terminal.out.write(describePlan(plan));
      return EXIT.proven;
    }
    case 'json':
    case 'yaml': {
      const { toJson, toYaml } = await import('../report/data.ts');
      await terminal.out.write(output === 'json' ? toJson(plan) : toYaml(plan));
      return EXIT.proven;
    }
    case 'junit':
    case 'tap':
    case 'markdown':
      throw new NetproofError('usage', `a dry run has no result to print as ${output}`, {
        hint: 'leave out -o, or choose json or yaml',
      });
  }
}
