/** Judges by the answers of a round whether its timeout fits the network. */
import type { Outcome } from './wire.ts';

/** A network that needs more than this share of the timeout leaves too little room for a lost packet. */
const SLOW_SHARE = 0.2;
const LARGEST_FACTOR = 8;
/** The kernel sends an unanswered SYN again after this long (TCP_TIMEOUT_INIT, RFC 6298). */
const SYN_AGAIN_MS = 1000;

/**
 * Whether an answer's time is the network's. Not that of `unreachable`: a neighbour that doesn't answer ARP is told of
 * only after seconds. Nor that of a refusal which came to a second SYN: kernels limit the ICMP answers that they send.
 */
export const showsLatency = (outcome: Outcome, ms: number): boolean =>
  outcome === 'connected' || (outcome === 'refused' && ms < SYN_AGAIN_MS);

export class Timeout {
  readonly #base: number;
  #factor = 1;

  constructor(ms: number) {
    this.#base = ms;
  }

  get ms(): number {
    return this.#base * this.#factor;
  }

  /** Takes a round's times to answer; true if the timeout grew, so that the round's silences mean nothing. */
  grewFor(times: readonly number[]): boolean {
    if (times.length === 0 || this.#factor >= LARGEST_FACTOR) return false;
    const sorted = [...times].sort((a, b) => a - b);
    const p90 = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0;
    if (p90 <= this.ms * SLOW_SHARE) return false;
    this.#factor *= 2;
    return true;
  }
}
