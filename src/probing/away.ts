/** An API server that was away while a prober asked. */
import type { Context } from '../fleet/context.ts';

/**
 * Clients that lost the server come back up to so much later, milliseconds: twice the longest pause of client-go's
 * reflectors, which they lengthen at random (tools/cache/reflector.go, `defaultBackoffMax` and `defaultBackoffJitter`).
 */
const RETURN_MS = 60_000;

/**
 * Policy engines learn of a new pod from the API server. Until they do they may drop what a policy allows, or not yet
 * what it denies, and two rounds can agree on that: seen on Cilium with a server that was away for three seconds.
 *
 * @param unreachableAt when it was last found away, if ever
 * @param asked when the prober's pod was asked for
 * @returns why what the prober saw means nothing
 */
export function awayFault(unreachableAt: number | undefined, asked: number): string | undefined {
  if (awayFor(unreachableAt, asked) === 0) return undefined;
  return 'the API server could not be reached around then: policies may not have known the pod';
}

/** How long until an absence of the server no longer takes its meaning from what is asked, milliseconds. */
export function awayFor(unreachableAt: number | undefined, now: number): number {
  return unreachableAt === undefined ? 0 : Math.max(0, unreachableAt + RETURN_MS + 1 - now);
}

/** Waits, if the server was away lately, until what is asked means something again. */
export async function untilKnown({ cluster, clock, emit, signal }: Context): Promise<void> {
  const ms = awayFor(cluster.lastUnreachable(), clock.now());
  if (ms === 0) return;
  const seconds = Math.ceil(ms / 1000);
  emit({
    kind: 'note',
    message: `the API server was away: waiting ${seconds} s for whatever enforces policies to come back`,
  });
  await clock.wait(ms, signal);
  signal.throwIfAborted();
}
