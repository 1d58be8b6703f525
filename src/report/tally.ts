/** What stands in for a truth table that is too big to draw: counts per source. */
import type { RunResult } from '../model/result.ts';
import { visible } from './escape.ts';
import { type Mark, MARKS, tally } from './grid.ts';
import { legendLines, type Look, symbolOf, SYMBOLS } from './marks.ts';
import { alignColumns, count, grouped, truncate } from './text.ts';

const MOST_SOURCES = 40;

/** One line per source with something to tell. */
export function tallyLines(result: RunResult, look: Look): string[] {
  const bySource = tally(result);
  const shown = MARKS.toReversed().filter((mark) => [...bySource.values()].some((marks) => marks.has(mark)));
  const worth = [...bySource].filter(([, marks]) =>
    [...marks.keys()].some((mark) => mark !== 'allowed' && mark !== 'denied'),
  );
  const rows = worth
    .slice(0, MOST_SOURCES)
    .map(([source, marks]) => [
      truncate(visible(source), Math.max(8, Math.floor(look.width / 3)), look.unicode ? '…' : '..'),
      ...shown.map((mark) => tallyText(mark, marks.get(mark), look)),
    ]);
  const head = ['from', ...shown.map((mark) => symbolOf(mark, look.unicode))];
  const rest = bySource.size - rows.length;
  return [
    `The matrix has ${count(result.verdicts.length, 'probe')} and is too big to draw; counts per source:`,
    '',
    ...(rows.length > 0 ? alignColumns([head, ...rows]) : []),
    ...(rest > 0 ? [restWords(rest, worth.length - rows.length)] : []),
    '',
    ...legendLines(shown, look),
  ];
}

function restWords(rest: number, unproven: number): string {
  if (unproven > 0)
    return `and ${count(rest, 'more source')}, ${unproven} of them with something to tell: see -o json`;
  return `${count(rest, 'source')} with every expectation proven`;
}

function tallyText(mark: Mark, n: number | undefined, look: Look): string {
  if (n === undefined) return '';
  return SYMBOLS[mark].color(look.colors, grouped(n));
}
