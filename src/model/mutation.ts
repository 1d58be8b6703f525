/** Which rules and default denies of a scenario's policies could be lost without any expectation noticing. */

export interface MutationReport {
  /** One per rule and default deny, in the order of the policies. */
  readonly mutants: readonly MutantReport[];
}

export interface MutantReport {
  /** What is dropped: `NetworkPolicy shop/web ingress[0]`, `NetworkPolicy shop/web ingress default deny`. */
  readonly id: string;
  /** `unknown`: the run without it was inconclusive. */
  readonly outcome: 'noticed' | 'unnoticed' | 'unknown';
  /** What says so: a run without it, with packets; or the evaluator alone. */
  readonly by: 'packets' | 'evaluator';
  /** Expectations that do not hold without it; for the evaluator, whose predictions differ. */
  readonly expectations: number;
}
