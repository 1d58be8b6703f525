/** Workloads that neither the scenario nor any policy tells apart: one of them is probed for all; pure. */
import type { Matrix } from '../model/matrix.ts';
import type { WorkloadClass } from '../model/plan.ts';

/**
 * @param alike what the scenario tells of each workload
 * @param told what policies can tell of it; absent where that is not known: then it stands for itself alone
 */
export function classesOf(
  alike: ReadonlyMap<string, string>,
  told: ReadonlyMap<string, string>,
): readonly WorkloadClass[] {
  const byKey = new Map<string, string[]>();
  for (const [name, text] of alike) {
    const seen = told.get(name);
    if (seen === undefined) continue;
    const key = JSON.stringify([seen, text]);
    const members = byKey.get(key);
    if (members) members.push(name);
    else byKey.set(key, [name]);
  }
  return [...byKey.values()].flatMap(([representative, ...members]) =>
    representative === undefined || members.length === 0 ? [] : [{ representative, members }],
  );
}

/** Those for which another stands. */
export function standIns(classes: readonly WorkloadClass[]): ReadonlySet<string> {
  return new Set(classes.flatMap(({ members }) => members));
}

/** The matrix without the rows and columns of those for which another stands. */
export function withoutMembers(matrix: Matrix, classes: readonly WorkloadClass[]): Matrix {
  if (classes.length === 0) return matrix;
  const left = standIns(classes);
  return {
    sources: matrix.sources.filter((source) => !left.has(source)),
    endpoints: matrix.endpoints.filter(({ destination }) => !left.has(destination)),
    cells: matrix.cells.filter(
      ({ source, endpoint }) => !left.has(source) && !left.has(endpoint.destination),
    ),
  };
}
