/** Scenario → the intended matrix: every ordered pair of source and endpoint with exactly one expectation. */
import { NetproofError } from '../model/errors.ts';
import type { Issue, Position } from '../model/errors.ts';
import type { Cell, Endpoint, Matrix } from '../model/matrix.ts';
import type { ExpectSpec, Rule, Scenario } from '../model/scenario.ts';
import { contradictions } from './contradictions.ts';
import { gridOf } from './grid.ts';
import type { Grid } from './grid.ts';
import { hasStatus, resolveRule } from './resolve.ts';
import type { ResolvedRule, RulePart } from './resolve.ts';
import { directoryOf } from './select.ts';
import { issue } from './words.ts';

/** A larger matrix would take days to probe; it comes from a slip, or from malice. */
export const MAX_CELLS = 1_000_000;

/** Cells that all rules together may speak about, the same ones counted for each rule: about a second's work. */
const MAX_RULE_CELLS = 100_000_000;

/**
 * Sources are all workloads, endpoints all ports of workloads and targets, in the scenario's order. A workload
 * is paired with its own endpoints too, which means two replicas of it.
 *
 * Throws NetproofError `scenario-invalid` with every issue if a rule's names match nothing, if a port is not
 * offered, or if two rules contradict each other.
 */
export function expandMatrix(scenario: Scenario): Matrix {
  const { matrix, issues } = expand(scenario, { broken: new Set(), place: (rule) => rule.position });
  if (issues.length > 0) {
    throw new NetproofError('scenario-invalid', `${scenario.file} is not a valid scenario`, { issues });
  }
  return matrix;
}

export interface ExpandOptions {
  /** Names of things that are wrong in themselves: rules that use them are checked only as far as that goes. */
  readonly broken: ReadonlySet<string>;
  /** Place of a part of a rule. */
  readonly place: (rule: Rule, part: RulePart) => Position;
  /** Asked only where the matrix is too large: workloads that another stands for, which then have no place in it. */
  readonly left?: () => ReadonlySet<string>;
}

export interface Expansion {
  /** To be used only if there are no issues. */
  readonly matrix: Matrix;
  readonly issues: readonly Issue[];
}

/** As `expandMatrix`, with the issues as a value. */
export function expand(scenario: Scenario, { broken, place, left }: ExpandOptions): Expansion {
  const whole = gridOf(scenario);
  const directory = directoryOf(scenario, broken);
  const issues: Issue[] = [];
  const resolved = scenario.expect.rules.map((rule) => {
    const { resolved: each, problems } = resolveRule(rule, directory, whole);
    issues.push(...problems.map(({ part, message, hint }) => issue(place(rule, part), message, hint)));
    return each;
  });
  const isReduced = isTooLarge(whole) && left !== undefined && issues.length === 0;
  const grid = isReduced ? gridOf(scenario, left()) : whole;
  if (isTooLarge(grid)) {
    const message = `${grid.sources.length} sources and ${grid.endpoints.length} endpoints make more than ${MAX_CELLS} pairs`;
    return refused(scenario, grid, [], message, 'split the scenario');
  }
  const rules = isReduced
    ? scenario.expect.rules.map((rule) => resolveRule(rule, directory, grid).resolved)
    : resolved;
  if (cellsSpokenAbout(rules) > MAX_RULE_CELLS) {
    const message = `the rules speak about more than ${MAX_RULE_CELLS} pairs, the same ones again and again`;
    return refused(scenario, grid, issues, message, 'leave out rules that others contain');
  }
  const decisions = decide(rules, grid);
  if (decisions.clash) issues.push(...contradictions(rules, grid));
  const { sources, endpoints } = grid;
  return { matrix: { sources, endpoints, cells: cellsOf(grid, decisions, scenario.expect) }, issues };
}

function isTooLarge({ sources, endpoints }: Grid): boolean {
  return sources.length * endpoints.length > MAX_CELLS;
}

function cellsSpokenAbout(rules: readonly ResolvedRule[]): number {
  return rules.reduce((sum, { sources, endpoints }) => sum + sources.length * endpoints.length, 0);
}

function refused(
  scenario: Scenario,
  { sources, endpoints }: Grid,
  issues: readonly Issue[],
  message: string,
  hint: string,
): Expansion {
  return {
    matrix: { sources, endpoints, cells: [] },
    issues: [...issues, issue(scenario.expect.position, message, hint)],
  };
}

/** For each cell, row by row, the first rule that speaks about it, and the first that asks for a status there. */
interface Decisions {
  readonly byRule: readonly (Rule | undefined)[];
  readonly byStatus: readonly (Rule | undefined)[];
  /** True if any two rules disagree on any cell. */
  readonly clash: boolean;
}

function decide(rules: readonly ResolvedRule[], { sources, endpoints }: Grid): Decisions {
  const size = sources.length * endpoints.length;
  const byRule = Array.from<Rule | undefined>({ length: size });
  const byStatus = [...byRule];
  let clash = false;
  for (const { rule, sources: rows, endpoints: columns } of rules) {
    for (const row of rows) {
      for (const column of columns) {
        const cell = row * endpoints.length + column;
        const first = (byRule[cell] ??= rule);
        if (first.expect !== rule.expect) clash = true;
        if (rule.status === undefined || !hasStatus(endpoints[column])) continue;
        const asking = (byStatus[cell] ??= rule);
        if (asking.status !== rule.status) clash = true;
      }
    }
  }
  return { byRule, byStatus, clash };
}

function cellsOf({ sources, endpoints }: Grid, { byRule, byStatus }: Decisions, expect: ExpectSpec): Cell[] {
  const cells: Cell[] = [];
  for (const source of sources) {
    for (const endpoint of endpoints) {
      const index = cells.length;
      cells.push(cellOf(source, endpoint, byRule[index], byStatus[index], expect));
    }
  }
  return cells;
}

function cellOf(
  source: string,
  endpoint: Endpoint,
  rule: Rule | undefined,
  asking: Rule | undefined,
  fallback: ExpectSpec,
): Cell {
  if (rule === undefined) {
    return { source, endpoint, expect: fallback.default, origin: fallback.position };
  }
  const decisive = asking ?? rule;
  const reason = decisive.reason ?? rule.reason;
  return {
    source,
    endpoint,
    expect: rule.expect,
    ...(asking?.status === undefined ? {} : { status: asking.status }),
    ...(reason === undefined ? {} : { reason }),
    origin: decisive.position,
  };
}
