/** What the policies say of a probe, by the evaluator. No verdict looks at it: verdicts rest on packets alone. */

export interface Predicted {
  /** `unknown`: policies, or what is at an end of the probe, could not be read. */
  readonly verdict: 'allow' | 'deny' | 'unknown';
  /** False: something that it depends on is not known, or the API leaves it open; `verdict` is then the likelier. */
  readonly certain: boolean;
  /** One sentence without its full stop: which rules decide, or that none does, or why it is unknown. */
  readonly because: string;
  /** Why it is not certain; empty if it is, or if it is unknown. */
  readonly doubts: readonly string[];
  /** Ids of the rules and default denies that it rests on. */
  readonly units: readonly string[];
  /** Present if both directions deny: that a packet was stopped then shows neither of them to work. */
  readonly masked?: true;
}

/** What of the policies the run put to the test. */
export interface Coverage {
  /** Rules and default denies of the policies that were read. */
  readonly units: number;
  /**
   * Those that no packets showed to work: packets that did what a certain prediction says which rests on it. Stopped
   * packets show the default deny of one end only if the other end's policies would have let them through.
   */
  readonly unproven: readonly UnprovenUnit[];
}

export interface UnprovenUnit {
  /** `NetworkPolicy shop/web ingress[0]`, `NetworkPolicy shop/web ingress default deny`. */
  readonly id: string;
  /** Probes whose prediction rests on it, none of which shows it: see `Coverage`. */
  readonly probes: number;
  /** Those of them that the policies of the other end deny too. */
  readonly masked: number;
}
