/** One rule → the block of the matrix that it speaks about, and what is wrong with it. */
import type { Endpoint } from '../model/matrix.ts';
import type { PortSpec, Rule } from '../model/scenario.ts';
import type { Grid } from './grid.ts';
import { portText } from './ports.ts';
import { select } from './select.ts';
import type { Directory, Selection } from './select.ts';
import { didYouMean, nearHint, quote } from './words.ts';

/** A rule's cells are the product of both lists, which hold indexes into the grid. */
export interface ResolvedRule {
  readonly rule: Rule;
  readonly sources: readonly number[];
  readonly endpoints: readonly number[];
}

/** Which part of a rule; `index` counts its names or ports. */
export interface RulePart {
  readonly part: 'rule' | 'from' | 'to' | 'ports' | 'status';
  readonly index?: number | undefined;
}

export interface RuleProblem {
  readonly part: RulePart;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface Resolution {
  readonly resolved: ResolvedRule;
  readonly problems: readonly RuleProblem[];
}

export function resolveRule(rule: Rule, directory: Directory, grid: Grid): Resolution {
  const from = select(rule.from, 'from', directory);
  const to = select(rule.to, 'to', directory);
  const reached = reach(rule.ports, to, grid);
  const problems: RuleProblem[] = [
    ...from.problems.map(({ index, message, hint }) => ({
      part: { part: 'from' as const, index },
      message,
      hint,
    })),
    ...to.problems.map(({ index, message, hint }) => ({
      part: { part: 'to' as const, index },
      message,
      hint,
    })),
    ...reached.problems,
  ];
  const certain = !to.vague && reached.problems.length === 0;
  if (
    rule.status !== undefined &&
    certain &&
    !reached.endpoints.some((index) => hasStatus(grid.endpoints[index]))
  ) {
    problems.push({
      part: { part: 'status' },
      message: 'a status is only for http and https, and this rule reaches no such port',
    });
  }
  const sources = from.names.flatMap((name) => grid.sourceIndex.get(name) ?? []);
  return { resolved: { rule, sources, endpoints: reached.endpoints }, problems };
}

/** Only these protocols answer with a status. */
export function hasStatus(endpoint: Endpoint | undefined): boolean {
  return endpoint?.port.protocol === 'http' || endpoint?.port.protocol === 'https';
}

interface Reached {
  readonly endpoints: readonly number[];
  readonly problems: readonly RuleProblem[];
}

function reach(ports: Rule['ports'], to: Selection, grid: Grid): Reached {
  if (ports === 'all') {
    return { endpoints: to.names.flatMap((name) => grid.offered.get(name) ?? []), problems: [] };
  }
  const each = ports.map((port, index) => reachPort(port, index, to, grid));
  return {
    endpoints: [...new Set(each.flatMap((reached) => reached.endpoints))],
    problems: each.flatMap((reached) => reached.problems),
  };
}

/** A destination called by its name must offer the port; of a zone's or a glob's, those that offer it are meant. */
function reachPort(port: PortSpec, index: number, to: Selection, grid: Grid): Reached {
  const text = portText(port);
  const endpoints: number[] = [];
  const lacking: string[] = [];
  for (const name of to.names) {
    const found = grid.offered.get(name)?.find((at) => grid.endpoints[at]?.id === `${name}:${text}`);
    if (found !== undefined) endpoints.push(found);
    else if (to.literal.has(name)) lacking.push(name);
  }
  const part: RulePart = { part: 'ports', index };
  const problems = lacking.map((name): RuleProblem => {
    const offers = offeredPorts([name], grid);
    return {
      part,
      message: `${quote(name)} does not offer ${text}; it offers ${offers.join(', ')}`,
      hint: nearHint(text, offers),
    };
  });
  if (endpoints.length === 0 && problems.length === 0 && !to.vague) {
    const hint = didYouMean(text, [...new Set(offeredPorts(to.names, grid))]);
    problems.push({ part, message: `nothing that this rule reaches offers ${text}`, hint });
  }
  return { endpoints, problems };
}

function offeredPorts(names: readonly string[], grid: Grid): string[] {
  const indexes = names.flatMap((name) => grid.offered.get(name) ?? []);
  return indexes.flatMap((index) => {
    const endpoint = grid.endpoints[index];
    return endpoint === undefined ? [] : [portText(endpoint.port)];
  });
}
