/**
 * Whether something matches, where that may be unknown: four values in order, so that `and` is the lesser and `or`
 * the greater of two. The two in the middle say which is likelier.
 */

export const NO = 0;
export const PROBABLY_NOT = 1;
export const PROBABLY = 2;
export const YES = 3;

export type Match = typeof NO | typeof PROBABLY_NOT | typeof PROBABLY | typeof YES;

export function and(a: Match, b: Match): Match {
  return a < b ? a : b;
}

export function or(a: Match, b: Match): Match {
  return a > b ? a : b;
}

export function sure(matches: boolean): Match {
  return matches ? YES : NO;
}

/** The same, but somebody knows better. */
export function unsure(match: Match): Match {
  return match >= PROBABLY ? PROBABLY : PROBABLY_NOT;
}

export function isLikely(match: Match): boolean {
  return match >= PROBABLY;
}

export function isSure(match: Match): boolean {
  return match === YES || match === NO;
}
