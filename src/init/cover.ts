/** The pairs that are not as the default says → few rules that mean exactly those. */
import type { Expect, PortSpec } from '../model/scenario.ts';
import { portKey } from '../model/scenario.ts';
import { groupBy } from '../policy/group.ts';
import type { Grid, GridEndpoint } from './grid.ts';

/** Every source to every port of every destination in it. */
export interface CoverRule {
  readonly sources: readonly number[];
  readonly destinations: readonly string[];
  readonly ports: readonly PortSpec[] | 'all';
  readonly endpoints: readonly number[];
}

export interface Cover {
  readonly fallback: Expect;
  /** All of them say the other thing. */
  readonly rules: readonly CoverRule[];
}

/** Deny where both are as short: it is the safer default for what is added later. */
export function coverOf(grid: Grid): Cover {
  const candidates = (['deny', 'allow'] as const).flatMap((fallback) => [
    { fallback, rules: rulesFrom(blocksByEndpoint(grid, fallback), grid) },
    { fallback, rules: rulesFrom(blocksBySource(grid, fallback), grid) },
  ]);
  return candidates.reduce((best, each) => (each.rules.length < best.rules.length ? each : best));
}

interface Block {
  readonly sources: readonly number[];
  readonly endpoints: readonly number[];
}

/** Endpoints that the same sources reach. */
function blocksByEndpoint({ answers, endpoints }: Grid, fallback: Expect): readonly Block[] {
  const columns = endpoints.map((_, endpoint) => ({
    endpoint,
    sources: answers.flatMap((row, source) => (row[endpoint]?.verdict === fallback ? [] : [source])),
  }));
  const groups = groupBy(columns, ({ sources }) => sources.join());
  return [...groups.values()].map((group) => ({
    sources: group[0]?.sources ?? [],
    endpoints: group.map(({ endpoint }) => endpoint),
  }));
}

/** Sources that reach the same endpoints. */
function blocksBySource({ answers }: Grid, fallback: Expect): readonly Block[] {
  const rows = answers.map((row, source) => ({
    source,
    endpoints: row.flatMap(({ verdict }, endpoint) => (verdict === fallback ? [] : [endpoint])),
  }));
  const groups = groupBy(rows, ({ endpoints }) => endpoints.join());
  return [...groups.values()].map((group) => ({
    sources: group.map(({ source }) => source),
    endpoints: group[0]?.endpoints ?? [],
  }));
}

/** A rule has one list of ports for all its destinations. */
function rulesFrom(blocks: readonly Block[], grid: Grid): readonly CoverRule[] {
  const offered = groupBy(grid.endpoints, ({ destination }) => destination);
  return blocks
    .filter(({ sources, endpoints }) => sources.length > 0 && endpoints.length > 0)
    .flatMap(({ sources, endpoints }) => {
      const reached = groupBy(endpoints, (endpoint) => grid.endpoints[endpoint]?.destination ?? '');
      const byPorts = groupBy([...reached], ([destination, some]) =>
        some.length === offered.get(destination)?.length ? 'all' : portsOf(some, grid).map(portKey).join(),
      );
      return [...byPorts].map(([key, group]): CoverRule => ({
        sources,
        destinations: group.map(([destination]) => destination),
        ports: key === 'all' ? 'all' : portsOf(group[0]?.[1] ?? [], grid),
        endpoints: group.flatMap(([, some]) => some),
      }));
    });
}

function portsOf(endpoints: readonly number[], { endpoints: all }: Grid): readonly PortSpec[] {
  const found = endpoints
    .map((endpoint) => all[endpoint])
    .filter((each): each is GridEndpoint => each !== undefined);
  return found.map(({ port }) => port);
}
