/** Which of a prober's packets a listener logged. */
import type { Attempt } from '../../probes/wire.ts';
import type { Sighting } from '../model/record.ts';

/** More attempts than a round can have: retries of a starved agent and those given up for another's answer too. */
const MOST_ATTEMPTS = 32;

/** The nonces of these rounds that the listener logged; see wire.ts for a nonce's form. */
export function sightingsOf(
  attempts: readonly Attempt[],
  index: number,
  salt: string,
  look: (nonce: string) => Sighting | undefined,
): Sighting[] {
  const seen: Sighting[] = [];
  for (const round of new Set(attempts.map((attempt) => attempt.round))) {
    for (let n = 0; n < MOST_ATTEMPTS; n += 1) {
      const sighting = look(`${salt}.${index}.${round}.${n}`);
      if (sighting) seen.push(sighting);
    }
  }
  return seen;
}
