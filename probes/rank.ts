/** Which of several attempts says the most about the destination. */
import type { Attempt, Outcome } from './wire.ts';

/** From the strongest sign of the destination to none; `errored` covers silence, for it might have hidden an answer. */
const RANK: readonly Outcome[] = [
  'connected',
  'tls-failed',
  'refused',
  'unreachable',
  'errored',
  'timed-out',
  'dns-failed',
];

/** An echo outranks a connection without one. */
export const rank = (attempt: Attempt): number =>
  RANK.indexOf(attempt.outcome) + (attempt.echoed === false ? 0.5 : 0);

/** Something out there reacted. */
export const isAnswer = (outcome: Outcome): boolean =>
  outcome === 'connected' || outcome === 'tls-failed' || outcome === 'refused' || outcome === 'unreachable';
