/** A verdict before it is tied to its probe, and the words for what was seen. */
import type { Attempt, Observation } from '../model/record.ts';
import type { ControlFacts, FailCause, InconclusiveCause, PassCause, Verdict } from '../model/verdict.ts';

type WithoutProbe<T> = T extends unknown ? Omit<T, 'probe'> : never;
export type Ruling = WithoutProbe<Verdict>;

interface Extra {
  readonly flaky?: boolean;
  readonly controls?: ControlFacts;
}

const extras = (extra: Extra) => ({ flaky: extra.flaky ?? false, controls: extra.controls ?? {} });

export function pass(cause: PassCause, because: string, extra: Extra = {}): Ruling {
  return { verdict: 'pass', cause, because, ...extras(extra) };
}

export function fail(cause: FailCause, because: string, extra: Extra = {}): Ruling {
  return { verdict: 'fail', cause, because, ...extras(extra) };
}

export function inconclusive(cause: InconclusiveCause, because: string, extra: Extra = {}): Ruling {
  return { verdict: 'inconclusive', cause, because, ...extras(extra) };
}

/** `3 attempts timed out`, `2 attempts connected, 1 refused`. */
export function tally(observation: Observation): string {
  const counts = new Map<string, number>();
  for (const attempt of observation.attempts) {
    const words = OUTCOME_WORDS[attempt.outcome];
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const parts = [...counts].map(([words, count]) => `${count} ${words}`);
  return `${parts.join(', ')} of ${observation.attempts.length} attempts`;
}

const OUTCOME_WORDS = {
  connected: 'connected',
  refused: 'refused',
  unreachable: 'unreachable',
  'timed-out': 'timed out',
  'dns-failed': 'failed to resolve',
  'tls-failed': 'failed in TLS',
  errored: 'failed at the source',
} as const satisfies Record<Attempt['outcome'], string>;

/** Rulings that hold whatever was expected and whoever is at the other end; undefined if the network was asked. */
export function sourceRuling(observation: Observation): Ruling | undefined {
  if (observation.attempts.some((attempt) => attempt.outcome === 'connected')) return undefined;
  if (observation.attempts.some((attempt) => attempt.outcome === 'tls-failed')) {
    return inconclusive(
      'tls-failed',
      'TCP connected but the TLS handshake failed: something on the way may have answered',
    );
  }
  switch (observation.outcome) {
    case 'errored': {
      const starved = observation.attempts.find((attempt) => attempt.error === 'starved');
      if (starved) return inconclusive('starved', 'the prober was not awake while it waited for an answer');
      const error = observation.attempts.find((attempt) => attempt.error)?.error ?? 'unknown error';
      return inconclusive('source-fault', `the prober could not make the attempt (${error})`);
    }
    case 'dns-failed':
      return inconclusive(
        'unresolved',
        'the name did not resolve, so nothing was sent: probe by address instead',
      );
    case 'tls-failed':
    case 'connected':
    case 'refused':
    case 'unreachable':
    case 'timed-out':
      return undefined;
  }
}

/**
 * A round of which nothing was measured: every attempt failed at the source, so its silence is none. A round may
 * hold such attempts beside others: the agent asks again when it was starved.
 */
export function unmeasuredRound(observation: Observation): Attempt | undefined {
  const measured = new Set(observation.attempts.filter(isMeasured).map((attempt) => attempt.round));
  return observation.attempts.find((attempt) => !measured.has(attempt.round));
}

export function isMeasured({ outcome }: Attempt): boolean {
  return outcome !== 'errored' && outcome !== 'dns-failed';
}
