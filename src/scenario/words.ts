/** Words for people: quoting what a file says, and finding the word that was meant. */
import type { Issue, Position } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';

export { nearest };

export function issue(position: Position | undefined, message: string, hint?: string): Issue {
  return {
    message,
    ...(position === undefined ? {} : { position }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Text from a file in quotes, short and without characters that a terminal would act on or hide. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return `"${short.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)}"`;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A hint that names the nearest right word, if one is near. */
export function nearHint(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  return near === undefined ? undefined : `did you mean ${quote(near)}?`;
}

/** A hint that names the nearest right word; all of them if they are few and none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const near = nearHint(word, candidates);
  if (near !== undefined) return near;
  return candidates.length > 0 && candidates.length <= 8
    ? `choose from ${candidates.map(quote).join(', ')}`
    : undefined;
}
