/** The part of an audit that sends packets: what the cluster enforces, then the scenarios. */
import { NetproofError } from '../model/errors.ts';
import type { PreflightResult, RunResult } from '../model/result.ts';
import type { Loaded } from '../plan/plan.ts';
import type { CheckInput } from './check.ts';

export interface Probing {
  preflight(): Promise<PreflightResult>;
  run(loaded: Loaded): Promise<RunResult>;
}

export interface Probed {
  readonly preflight?: PreflightResult;
  readonly preflightFault?: string;
  readonly runs: readonly RunResult[];
  readonly faults: CheckInput['probeFaults'];
}

export const NOT_PROBED: Probed = { runs: [], faults: [] };

/** Rejects only if somebody interrupts it. */
export async function probe(
  scenarios: readonly Loaded[],
  skip: ReadonlySet<string>,
  probing: Probing,
  tell: (message: string) => Promise<void>,
): Promise<Probed> {
  const runs: RunResult[] = [];
  const faults: { scenario: string; why: string }[] = [];
  const preflight = skip.has('enforcement') ? undefined : await attempt(() => probing.preflight());
  for (const loaded of skip.has('connectivity') ? [] : scenarios) {
    await tell(`scenario ${loaded.scenario.name}`);
    const run = await attempt(() => probing.run(loaded));
    if ('value' in run) runs.push(run.value);
    else faults.push({ scenario: loaded.scenario.name, why: run.fault });
  }
  return {
    runs,
    faults,
    ...(preflight &&
      ('value' in preflight ? { preflight: preflight.value } : { preflightFault: preflight.fault })),
  };
}

/** What goes wrong with packets is a finding, not the end of the audit; a person who says stop is. */
async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly fault: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof NetproofError) || error.code === 'interrupted') throw error;
    return { fault: error.message };
  }
}
