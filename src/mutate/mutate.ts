/**
 * Drops one rule or default deny after the other. Where the evaluator foresees that an expectation would not hold,
 * the loss is noticed; of all others a run without it tells, with packets: that nobody notices is never believed
 * without.
 */
import type { MutantReport, MutationReport } from '../model/mutation.ts';
import type { RunResult } from '../model/result.ts';
import type { Loaded } from '../plan/plan.ts';
import { differenceOf, foresee } from './foresee.ts';
import { type Mutant, mutantsOf } from './mutants.ts';

export interface MutateDeps {
  /** One run with packets, of a scenario that was proven with its own policies. */
  readonly run: (loaded: Loaded) => Promise<RunResult>;
  readonly tell: (message: string) => Promise<void>;
}

/** Rejects as a run does. */
export async function mutatePolicies(loaded: Loaded, { run, tell }: MutateDeps): Promise<MutationReport> {
  const { scenario, matrix } = loaded;
  const before = foresee(scenario, matrix, scenario.policies);
  const mutants = mutantsOf(scenario.policies);
  const reports: MutantReport[] = [];
  for (const [index, mutant] of mutants.entries()) {
    const { changed } = differenceOf(before, foresee(scenario, matrix, mutant.policies));
    if (changed > 0) {
      reports.push({ id: mutant.id, outcome: 'noticed', by: 'evaluator', expectations: changed });
      continue;
    }
    await tell(`${index + 1} of ${mutants.length}: a run without ${mutant.id}`);
    reports.push(reportOf(mutant, await run(without(loaded, mutant))));
  }
  return { mutants: reports };
}

function without(loaded: Loaded, { policies }: Mutant): Loaded {
  return { ...loaded, scenario: { ...loaded.scenario, policies } };
}

function reportOf({ id }: Mutant, { summary }: RunResult): MutantReport {
  const { fail, inconclusive } = summary;
  const outcome = fail > 0 ? 'noticed' : inconclusive > 0 ? 'unknown' : 'unnoticed';
  return { id, outcome, by: 'packets', expectations: fail };
}
