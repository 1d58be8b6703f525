/** What the rounds add up to: which probes' outcomes hold, and whether another round is needed. Pure. */
import type { Attempt, Outcome, Schedule, Transition } from './wire.ts';

/** One probe's answer in one round. */
export interface RoundAnswer {
  readonly outcome: Outcome;
  /** For `echo` probes that connected. */
  readonly echoed?: boolean;
  /** The agent could not measure; such an answer agrees with no other. */
  readonly starved: boolean;
  readonly attempts: readonly Attempt[];
}

/** What is known of one probe. */
export interface Standing {
  readonly outcome: Outcome;
  readonly stable: boolean;
  /** Of the last `stableRounds` rounds. */
  readonly attempts: readonly Attempt[];
  /** Empty if the outcome never changed. */
  readonly history: readonly Transition[];
}

/** A history is told in one log line: the first change and the latest ones. */
const LONGEST_HISTORY = 40;

class ProbeRounds {
  readonly history: Transition[] = [];
  readonly last: RoundAnswer[] = [];
  /** Equal answers in a row, the latest included. */
  agreeing = 0;

  /** Returns true if the picture changed. */
  add(round: number, at: number, answer: RoundAnswer, keep: number): boolean {
    const before = this.last.at(-1);
    const same = before !== undefined && agree(before, answer);
    this.last.push(answer);
    if (this.last.length > keep) this.last.shift();
    this.agreeing = answer.starved ? 0 : same ? this.agreeing + 1 : 1;
    if (same) return false;
    this.history.push({ round, at, outcome: answer.outcome });
    if (this.history.length > LONGEST_HISTORY) this.history.splice(1, 1);
    return true;
  }
}

/**
 * Ways of getting nowhere are one picture: kernels limit the ICMP answers that they send (net.ipv4.icmp_ratelimit,
 * net.ipv4.route.error_burst), so that of equal refusals now this and now that one is silence.
 */
const picture = (outcome: Outcome): Outcome =>
  outcome === 'refused' || outcome === 'unreachable' ? 'timed-out' : outcome;

const agree = (a: RoundAnswer, b: RoundAnswer): boolean =>
  picture(a.outcome) === picture(b.outcome) && a.echoed === b.echoed;

export class Rounds {
  readonly #schedule: Schedule;
  readonly #probes: readonly ProbeRounds[];
  readonly #startedAt: number;
  /** When the latest round started that counts. */
  #latestAt: number;
  #settledAt: number;

  constructor(probes: number, schedule: Schedule, startedAt: number) {
    this.#schedule = schedule;
    this.#probes = Array.from({ length: probes }, () => new ProbeRounds());
    this.#startedAt = startedAt;
    this.#latestAt = startedAt;
    this.#settledAt = startedAt;
  }

  /** Adds a complete round, answers in the order of the probes; `at`: when it started. */
  add(round: number, at: number, answers: readonly RoundAnswer[]): void {
    this.#latestAt = at;
    this.#probes.forEach((probe, i) => {
      const answer = answers[i];
      if (answer && probe.add(round, at, answer, this.#schedule.stableRounds)) this.#settledAt = at;
    });
  }

  /** No round counts yet. */
  get none(): boolean {
    return this.#probes.every(({ last }) => last.length === 0);
  }

  /** When the picture last changed. */
  get settledAt(): number {
    return this.#settledAt;
  }

  /**
   * Why to stop after a round, or undefined to go on.
   *
   * @param nextAt when the next round could start
   * @param knownAt from when on the network can know of this pod
   */
  enough(nextAt: number, knownAt: number): 'stable' | 'budget' | undefined {
    const lasted = this.#lasted(knownAt);
    if (this.#probes.every((probe) => lasted && this.#agreed(probe))) return 'stable';
    return nextAt - this.#startedAt >= this.#schedule.budgetMs ? 'budget' : undefined;
  }

  /** Undefined for a probe without a complete round. @param knownAt as above */
  standing(probe: number, knownAt: number): Standing | undefined {
    const rounds = this.#probes[probe];
    const latest = rounds?.last.at(-1);
    if (!rounds || !latest) return undefined;
    return {
      outcome: latest.outcome,
      stable: this.#lasted(knownAt) && this.#agreed(rounds),
      attempts: rounds.last.flatMap((answer) => answer.attempts),
      history: rounds.history.length > 1 ? rounds.history : [],
    };
  }

  /** The least time is one that was looked at: a round that counts must have started after it. */
  #lasted(knownAt: number): boolean {
    const { minSettleMs } = this.#schedule;
    return minSettleMs === 0 || this.#latestAt - knownAt >= minSettleMs;
  }

  #agreed(probe: ProbeRounds): boolean {
    return probe.agreeing >= this.#schedule.stableRounds;
  }
}
