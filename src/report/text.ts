/** Text on a grid of terminal cells: wide and combining characters count as a terminal draws them. */
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();

/** ASCII, and what netproof itself draws with: each takes one cell. */
const NARROW = /^[ -~│–—±×·✓✗…→’“”]*$/;

/** How many cells the text takes; colour codes take none. */
export function widthOf(text: string): number {
  // The library's first look at anything else than ASCII costs more than drawing a table: it compiles all of emoji.
  const plain = stripVTControlCharacters(text);
  return NARROW.test(plain) ? plain.length : stringWidth(plain);
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The text in at most `width` cells, cut at the end with `mark` where it is longer. Takes no colour codes. */
export function truncate(text: string, width: number, mark: string): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let room = width - widthOf(mark);
  for (const { segment } of graphemes.segment(text)) {
    room -= widthOf(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept + mark;
}

/** The text in lines of at most `width` cells, broken after hyphens and dots where there are some. */
export function breakName(name: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of name.split(/(?<=[-._])/).flatMap((part) => chop(part, width))) {
    if (line !== '' && widthOf(line) + widthOf(piece) > width) {
      lines.push(line);
      line = '';
    }
    line += piece;
  }
  return [...lines, line];
}

function chop(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(text)) {
    if (piece !== '' && widthOf(piece) + widthOf(segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

/** Items side by side with `gap` between, in lines of at most `width` cells; a longer item has a line of its own. */
export function fill(items: readonly string[], gap: string, width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const item of items) {
    const longer: string = line === undefined ? item : `${line}${gap}${item}`;
    if (line === undefined || widthOf(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = item;
    }
  }
  return line === undefined ? lines : [...lines, line];
}

export function wrap(text: string, width: number): string[] {
  return fill(text.split(' '), ' ', width);
}

/** Rows as columns two cells apart, the last one ragged. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => padEnd(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function duration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 90) return `${Number(seconds.toFixed(1))} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
}

/** `60,000`. What is smaller has nothing to group, and ICU takes ten milliseconds for its first number. */
export function grouped(n: number): string {
  return n < 1000 ? String(n) : n.toLocaleString('en-US');
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
