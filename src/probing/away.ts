/** An API server that was away while a prober asked. */

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
  if (unreachableAt === undefined || unreachableAt < asked - RETURN_MS) return undefined;
  return 'the API server could not be reached around then: policies may not have known the pod';
}

/** How long until an absence of the server no longer takes its meaning from what is asked, milliseconds. */
export function awayFor(unreachableAt: number | undefined, now: number): number {
  return unreachableAt === undefined ? 0 : Math.max(0, unreachableAt + RETURN_MS + 1 - now);
}
