/** The truth table: expected, observed and their comparison as one mark per (source, endpoint). */
import type { Expect, PortSpec } from '../model/scenario.ts';
import type { ProbeRecord } from '../model/record.ts';
import type { RunResult } from '../model/result.ts';
import type { Verdict } from '../model/verdict.ts';
import { judged } from './evidence.ts';
import { getOrAdd } from './group.ts';

/** What a cell says at a glance, the worst first: a cell with several addresses shows its worst one. */
export const MARKS = [
  'leak',
  'blocked',
  'wrong-status',
  'unproven-deny',
  'unproven-allow',
  'flaky-deny',
  'flaky-allow',
  'mixed',
  'denied',
  'allowed',
] as const;

export type Mark = (typeof MARKS)[number];

export interface GridCell {
  readonly mark: Mark;
  /** Probes that do not pass; told only where a cell stands for several endpoints. */
  readonly count?: number;
}

export interface Column {
  readonly destination: string;
  /** Absent where the column stands for the whole destination. */
  readonly port?: PortSpec;
}

export interface Grid {
  readonly sources: readonly string[];
  readonly columns: readonly Column[];
  /** By source, then column; undefined where nothing was asked. */
  readonly cells: readonly (readonly (GridCell | undefined)[])[];
  /** How many rows and columns are not here because all is as expected in them. */
  readonly leftOut?: { readonly sources: number; readonly destinations: number };
}

export type Level = 'endpoint' | 'destination';

/** Columns are grouped by destination, in the order of first appearance, as rows are. */
export function grid(result: RunResult, level: Level): Grid {
  const rows = new Map<string, Map<string, Mark[]>>();
  const byDestination = new Map<string, Map<string, Column>>();
  for (const { probe, verdict } of judged(result)) {
    const key = level === 'endpoint' ? probe.endpoint : probe.destination;
    const columns = getOrAdd(byDestination, probe.destination, () => new Map<string, Column>());
    getOrAdd(columns, key, () => columnOf(probe, level));
    const row = getOrAdd(rows, probe.source, () => new Map<string, Mark[]>());
    getOrAdd(row, key, () => []).push(markOf(probe.expect, verdict));
  }
  const keys = [...byDestination.values()].flatMap((columns) => [...columns]);
  return {
    sources: [...rows.keys()],
    columns: keys.map(([, column]) => column),
    cells: [...rows.values()].map((row) => keys.map(([key]) => cellOf(row.get(key), level))),
  };
}

function columnOf(probe: ProbeRecord, level: Level): Column {
  return level === 'endpoint'
    ? { destination: probe.destination, port: probe.port }
    : { destination: probe.destination };
}

function cellOf(marks: readonly Mark[] | undefined, level: Level): GridCell | undefined {
  if (!marks || marks.length === 0) return undefined;
  const worst = MARKS.find((mark) => marks.includes(mark)) ?? 'allowed';
  if (level === 'endpoint') return { mark: worst };
  const open = marks.filter((mark) => !isClean(mark)).length;
  if (open > 0) return { mark: worst, count: open };
  return { mark: marks.includes('allowed') && marks.includes('denied') ? 'mixed' : worst };
}

function isClean(mark: Mark): boolean {
  return mark === 'allowed' || mark === 'denied';
}

export function markOf(expect: Expect, verdict: Verdict): Mark {
  switch (verdict.verdict) {
    case 'inconclusive':
      return expect === 'allow' ? 'unproven-allow' : 'unproven-deny';
    case 'pass':
      if (verdict.flaky) return expect === 'allow' ? 'flaky-allow' : 'flaky-deny';
      return expect === 'allow' ? 'allowed' : 'denied';
    case 'fail':
      switch (verdict.cause) {
        case 'leak':
        case 'leak-one-way':
          return 'leak';
        case 'blocked':
        case 'reply-lost':
          return 'blocked';
        case 'wrong-status':
          return 'wrong-status';
      }
  }
}

/** Per source: how often each mark occurs. For matrices too big to draw. */
export function tally(result: RunResult): ReadonlyMap<string, ReadonlyMap<Mark, number>> {
  const bySource = new Map<string, Map<Mark, number>>();
  for (const { probe, verdict } of judged(result)) {
    const marks = getOrAdd(bySource, probe.source, () => new Map<Mark, number>());
    const mark = markOf(probe.expect, verdict);
    marks.set(mark, (marks.get(mark) ?? 0) + 1);
  }
  return bySource;
}

/** Cells that a person can still take in at once: 40 sources by 60 endpoints. */
const MOST_CELLS = 40 * 60;

/**
 * The finest grid that is not too big to draw: every endpoint; else by destination, without the rows and columns
 * in which all is as expected; else none.
 */
export function drawableGrid(result: RunResult, mostCells = MOST_CELLS): Grid | undefined {
  const fits = ({ sources, columns }: Grid): boolean => sources.length * columns.length <= mostCells;
  const whole = grid(result, 'endpoint');
  if (fits(whole)) return whole;
  const open = withFindings(grid(result, 'destination'));
  return open.sources.length > 0 && fits(open) ? open : undefined;
}

function withFindings({ sources, columns, cells }: Grid): Grid {
  const isOpen = (cell: GridCell | undefined): boolean => cell?.count !== undefined;
  const rows = sources.map((_, r) => r).filter((r) => cells[r]?.some(isOpen));
  const kept = columns.map((_, c) => c).filter((c) => cells.some((row) => isOpen(row[c])));
  return {
    sources: pick(sources, rows),
    columns: pick(columns, kept),
    cells: pick(cells, rows).map((row) => kept.map((c) => row[c])),
    leftOut: { sources: sources.length - rows.length, destinations: columns.length - kept.length },
  };
}

function pick<T>(values: readonly T[], indices: readonly number[]): T[] {
  return indices.flatMap((i) => values.slice(i, i + 1));
}
