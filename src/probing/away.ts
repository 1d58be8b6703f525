/** An API server that was away while a prober asked. */

/** Clients that lost the server come back up to so much later (client-go's reflectors, `maxBackoff`), milliseconds. */
const RETURN_MS = 30_000;

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
