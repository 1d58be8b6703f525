/** The truth table as lines of a terminal: rows are sources, columns are endpoints under their destination. */
import { visible } from './escape.ts';
import { type Column, drawableGrid, type Grid, type GridCell, MARKS } from './grid.ts';
import { cellText, legendLines, type Look, SYMBOLS } from './marks.ts';
import type { RunResult } from '../model/result.ts';
import { tallyLines } from './tally.ts';
import { breakName, count, padEnd, truncate, widthOf, wrap } from './text.ts';

/** One destination with its columns, as laid out. */
interface Group {
  readonly name: readonly string[];
  readonly width: number;
  /** Indices into the grid's columns, and how wide each is drawn. */
  readonly columns: readonly {
    readonly index: number;
    readonly width: number;
    readonly head: readonly string[];
  }[];
}

/** Names in the head are broken rather than made wider than this. */
const NAME_WIDTH = 12;

export function matrixLines(result: RunResult, look: Look): string[] {
  if (result.verdicts.length === 0) return ['nothing was asked: the matrix is empty'];
  const drawable = drawableGrid(result);
  return drawable ? gridLines(drawable, look) : tallyLines(result, look);
}

function gridLines(grid: Grid, look: Look): string[] {
  const mark = look.unicode ? '…' : '..';
  const names = grid.sources.map((name) =>
    truncate(visible(name), Math.max(8, Math.floor(look.width / 3)), mark),
  );
  const rowHead = Math.max(4, ...names.map((name) => widthOf(name)));
  const groups = layOut(grid, look, look.width - rowHead - 3);
  const blocks = inBlocks(groups, look.width - rowHead - 3);
  const drawn = blocks.flatMap((block, i) => [
    ...(i > 0 ? [''] : []),
    ...headLines(block, rowHead, look),
    ...grid.cells.map((row, r) => rowLine(padEnd(names[r] ?? '', rowHead), row, block, look)),
  ]);
  return [...drawn, '', ...legend(grid, look)];
}

/** One group per destination; a destination wider than the terminal is told in several. */
function layOut(grid: Grid, look: Look, room: number): Group[] {
  const columns = grid.columns.map((column, index) => {
    const head = headOf(column);
    const cells = grid.cells.map((row) => row[index]);
    const texts = cells.map((cell) => (cell ? cellText(cell, look.unicode) : ''));
    return { index, head, width: widest([...head, ...texts, 'xx']), destination: column.destination };
  });
  return runs(columns, room).map((members) => {
    const inner = members.reduce((sum, { width }) => sum + width + 1, -1);
    const full = visible(members[0]?.destination ?? '');
    const name = breakName(full, Math.max(inner, NAME_WIDTH));
    return { name, columns: members, width: Math.max(inner, widest(name)) };
  });
}

interface Member {
  readonly index: number;
  readonly head: readonly string[];
  readonly width: number;
  readonly destination: string;
}

/** Neighbours of one destination together, as long as they fit. */
function runs(columns: readonly Member[], room: number): Member[][] {
  const found: Member[][] = [];
  let used = 0;
  for (const column of columns) {
    const last = found.at(-1);
    used += column.width + 1;
    if (last && last[0]?.destination === column.destination && used <= room) last.push(column);
    else {
      found.push([column]);
      used = column.width + 1;
    }
  }
  return found;
}

function headOf({ port }: Column): string[] {
  return port ? [port.protocol, String(port.port)] : [];
}

function inBlocks(groups: readonly Group[], room: number): Group[][] {
  const blocks: Group[][] = [];
  let used = 0;
  for (const group of groups) {
    used += group.width + 3;
    const last = blocks.at(-1);
    if (last && used - 3 <= room) last.push(group);
    else {
      blocks.push([group]);
      used = group.width + 3;
    }
  }
  return blocks;
}

function headLines(block: readonly Group[], rowHead: number, look: Look): string[] {
  const nameHeight = Math.max(...block.map(({ name }) => name.length));
  const headHeight = Math.max(...block.flatMap(({ columns }) => columns.map(({ head }) => head.length)));
  const names = Array.from({ length: nameHeight }, (_, line) =>
    // Bottom-aligned, so that a short name stands on its ports.
    block.map(({ name, width }) =>
      padEnd(look.colors.bold(name[line - nameHeight + name.length] ?? ''), width),
    ),
  );
  const ports = Array.from({ length: headHeight }, (_, line) =>
    block.map(({ columns, width }) =>
      padEnd(columns.map((column) => padEnd(column.head[line] ?? '', column.width)).join(' '), width),
    ),
  );
  const lines = [...names, ...ports];
  return lines.map((groups, i) => join(padEnd(i === lines.length - 1 ? 'from' : '', rowHead), groups, look));
}

function rowLine(
  head: string,
  row: readonly (GridCell | undefined)[],
  block: readonly Group[],
  look: Look,
): string {
  const groups = block.map(({ columns, width }) => {
    const cells = columns.map((column) => drawCell(row[column.index], column.width, look));
    return padEnd(cells.join(' '), width);
  });
  return join(head, groups, look);
}

function drawCell(cell: GridCell | undefined, width: number, look: Look): string {
  if (!cell) return ' '.repeat(width);
  const text = cellText(cell, look.unicode);
  return SYMBOLS[cell.mark].color(look.colors, text) + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function join(head: string, groups: readonly string[], look: Look): string {
  const bar = look.colors.dim(look.unicode ? '│' : '|');
  return [head, ...groups].join(` ${bar} `).trimEnd();
}

function legend(grid: Grid, look: Look): string[] {
  const shown = new Set(grid.cells.flatMap((row) => row.flatMap((cell) => (cell ? [cell.mark] : []))));
  const note = grid.leftOut === undefined ? [] : wrap(leftOutWords(grid.leftOut), look.width);
  const marks = MARKS.toReversed().filter((mark) => shown.has(mark));
  return [...note, ...legendLines(marks, look)];
}

function leftOutWords({ sources, destinations }: NonNullable<Grid['leftOut']>): string {
  const absent = `${count(sources, 'source')} and ${count(destinations, 'destination')}`;
  return `One column per destination; a number counts the probes that do not pass. All is as expected in ${absent} left out here.`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => widthOf(text)));
}
