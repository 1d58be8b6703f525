/** The symbols of the truth table: colour and shape both, since neither reaches everybody. */
import pc from 'picocolors';
import type { RenderOptions } from './render.ts';
import type { GridCell, Mark } from './grid.ts';
import { fill } from './text.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** How the terminal wants its text. */
export type Look = Pick<RenderOptions, 'unicode' | 'width'> & { readonly colors: Colors };

export function lookOf({ color, unicode, width }: RenderOptions): Look {
  return { colors: pc.createColors(color), unicode, width };
}

/** Intact marks are punctuation and failures are letters, so that failures stand out without colour too. */
interface Symbol {
  readonly unicode: string;
  readonly ascii: string;
  readonly color: (colors: Colors, text: string) => string;
  /** `expected → observed`, for the legend. */
  readonly means: string;
}

const good = (colors: Colors, text: string): string => colors.green(text);
const quiet = (colors: Colors, text: string): string => colors.dim(colors.green(text));
const bad = (colors: Colors, text: string): string => colors.bold(colors.inverse(colors.red(text)));
const open = (colors: Colors, text: string): string => colors.bold(colors.yellow(text));

export const SYMBOLS: Readonly<Record<Mark, Symbol>> = {
  allowed: { unicode: '✓', ascii: '+', color: good, means: 'allow, got through' },
  denied: { unicode: '–', ascii: '-', color: quiet, means: 'deny, stopped' },
  mixed: { unicode: '±', ascii: '%', color: good, means: 'some allow, some deny, all as expected' },
  'flaky-allow': { unicode: '~✓', ascii: '~+', color: open, means: 'allow, got through but not every time' },
  'flaky-deny': { unicode: '~–', ascii: '~-', color: open, means: 'deny, stopped in changing ways' },
  leak: { unicode: 'L', ascii: 'L', color: bad, means: 'LEAK: deny, got through' },
  blocked: { unicode: 'B', ascii: 'B', color: bad, means: 'BLOCKED: allow, stopped' },
  'wrong-status': { unicode: 'S', ascii: 'S', color: bad, means: 'allow, wrong HTTP STATUS' },
  'unproven-allow': { unicode: '?✓', ascii: '?+', color: open, means: 'allow, not proven' },
  'unproven-deny': { unicode: '?–', ascii: '?-', color: open, means: 'deny, not proven' },
};

export function symbolOf(mark: Mark, unicode: boolean): string {
  return unicode ? SYMBOLS[mark].unicode : SYMBOLS[mark].ascii;
}

export function cellText(cell: GridCell, unicode: boolean): string {
  return `${symbolOf(cell.mark, unicode)}${cell.count ?? ''}`;
}

export function legendLines(marks: readonly Mark[], look: Look): string[] {
  const entries = marks.map((mark) => `${symbolOf(mark, look.unicode)} ${SYMBOLS[mark].means}`);
  return fill(entries, '   ', look.width);
}
