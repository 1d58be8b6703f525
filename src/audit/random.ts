/** Chance that can be repeated: the same seed gives the same numbers. */
import { createHash } from 'node:crypto';

/** Numbers from 0 up to 1, the i-th one from SHA-256 of `seed` and i: anybody can check a drawn sample. */
export function seeded(seed: string): () => number {
  let index = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed}\n${index++}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
}

/** Fisher and Yates. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [mixed[i], mixed[j]];
    if (a !== undefined && b !== undefined) [mixed[i], mixed[j]] = [b, a];
  }
  return mixed;
}
