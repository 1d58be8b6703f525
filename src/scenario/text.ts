/** A file's bytes → its text, or why it is refused. */
import type { Issue, Position } from '../model/errors.ts';
import { issue } from './words.ts';

/** No scenario or policy that a person wrote comes near this. */
export const MAX_BYTES = 1_000_000;

export type Text = { readonly text: string } | { readonly issue: Issue };

/** Decodes strict UTF-8 with or without byte order mark; refuses large files, NUL bytes and other encodings. */
export function decode(bytes: Uint8Array, file: string, maxBytes = MAX_BYTES): Text {
  const start: Position = { file, line: 1, column: 1 };
  if (bytes.length > maxBytes) {
    return { issue: issue(start, `the file is larger than ${maxBytes / 1_000_000} MB`) };
  }
  if (bytes.length === 0) return { issue: issue(start, 'the file is empty') };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { issue: issue(start, 'the file is UTF-16', 'save it as UTF-8') };
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const before = new TextDecoder().decode(bytes.subarray(0, nul));
    return { issue: issue(locator(before, file)(before.length), 'the file has a NUL byte: it is not text') };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const lossy = new TextDecoder().decode(bytes);
    const position = locator(lossy, file)(Math.max(0, lossy.indexOf('\uFFFD')));
    return { issue: issue(position, 'the file is not valid UTF-8', 'save it as UTF-8') };
  }
}

/** A function from offsets in a text to lines and columns, both from 1. */
export function locator(text: string, file: string): (offset: number) => Position {
  const starts = [0];
  for (const end of text.matchAll(/\r\n|\r|\n/g)) starts.push(end.index + end[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
