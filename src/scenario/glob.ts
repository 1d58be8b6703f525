/**
 * Does the text match? `*` stands for any characters, `?` for one, everything else for itself.
 *
 * No regular expression: from a hostile file, `a*a*a*…` would make one backtrack for ever. Here only the last `*`
 * is ever tried again, which is enough since what stood before it matched as early as possible.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let g = 0;
  let star = -1;
  let retry = 0;
  for (let t = 0; t < text.length;) {
    if (glob[g] === '*') {
      star = g++;
      retry = t;
    } else if (glob[g] === '?' || glob[g] === text[t]) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++retry;
    } else return false;
  }
  return /^\**$/.test(glob.slice(g));
}
