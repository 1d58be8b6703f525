/** Workloads that the scenario itself never tells apart. */
import type { Scenario, Workload } from '../model/scenario.ts';
import { gridOf } from './grid.ts';
import { resolveRule } from './resolve.ts';
import { directoryOf } from './select.ts';

/**
 * By workload name a text that is equal for workloads of one namespace that offer and may do the same by the very
 * same rules, and that are launched in the same way. For a scenario whose rules are sound.
 */
export function alike(scenario: Scenario): ReadonlyMap<string, string> {
  const grid = gridOf(scenario);
  const directory = directoryOf(scenario);
  const rows = grid.sources.map((): number[] => []);
  const columns = grid.endpoints.map((): number[] => []);
  for (const [index, rule] of scenario.expect.rules.entries()) {
    const { sources, endpoints } = resolveRule(rule, directory, grid).resolved;
    for (const source of sources) rows[source]?.push(index);
    for (const endpoint of endpoints) columns[endpoint]?.push(index);
  }
  const tied = tiedByPlacement(scenario.workloads);
  return new Map(
    scenario.workloads.map((workload, row) => {
      const offered = (grid.offered.get(workload.name) ?? []).map((column) => columns[column]);
      return [workload.name, tied.has(workload.name) ? workload.name : textOf(workload, rows[row], offered)];
    }),
  );
}

/** Those that stand beside another or away from it, and those others. */
function tiedByPlacement(workloads: readonly Workload[]): ReadonlySet<string> {
  return new Set(
    workloads.flatMap(({ name, placement }) =>
      placement.kind === 'same' || placement.kind === 'different' ? [name, placement.workload] : [],
    ),
  );
}

function textOf(
  { namespace, serviceAccount, placement, like, listen, portNames }: Workload,
  row: readonly number[] | undefined,
  columns: readonly (readonly number[] | undefined)[],
): string {
  return JSON.stringify([
    namespace,
    serviceAccount ?? '',
    placement,
    like ?? '',
    listen,
    portNames,
    row,
    columns,
  ]);
}
