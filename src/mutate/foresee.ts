/** What the evaluator says of a scenario's matrix under its policies, without a cluster; pure. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Matrix } from '../model/matrix.ts';
import type { PolicyManifest, Scenario } from '../model/scenario.ts';
import { transportOf } from '../policy/behind.ts';
import { compile } from '../policy/evaluator.ts';
import type { Answer } from '../policy/prediction.ts';
import { worldOf } from '../policy/world-of.ts';
import { createdNamespaces, declaredIdentities, podLike } from '../prediction/telling.ts';

/** Per cell of the matrix; undefined where it can't be said: at targets, and for identities that are copied. */
export type Foreseen = readonly (Answer | undefined)[];

export function foresee(scenario: Scenario, matrix: Matrix, policies: readonly PolicyManifest[]): Foreseen {
  const identities = declaredIdentities(scenario);
  const known = scenario.workloads.filter(({ name }) => identities.has(name));
  // A workload is paired with itself too, which means another pod like it.
  const pods = known.flatMap((workload) => {
    const pod = podLike(workload, identities.get(workload.name) ?? { labels: {} });
    return [pod, { ...pod, name: `${pod.name}-again` }];
  });
  const read = worldOf(createdNamespaces(scenario), { templates: false });
  const own = policies.map(({ manifest }) => manifest as unknown as V1NetworkPolicy);
  const evaluator = compile({ ...read, policies: own, pods });
  const places = new Map(known.map(({ name }, index) => [name, 2 * index]));
  return matrix.cells.map(({ source, endpoint: { destination, port } }) => {
    const [from, to] = [places.get(source), places.get(destination)];
    if (from === undefined || to === undefined) return undefined;
    return evaluator.answer(from, to + 1, transportOf(port.protocol), port.port);
  });
}

export interface Difference {
  /** Cells that surely have another answer. */
  readonly changed: number;
  /** Cells of which that can't be said. */
  readonly unsure: number;
}

export function differenceOf(before: Foreseen, after: Foreseen): Difference {
  let [changed, unsure] = [0, 0];
  for (const [index, was] of before.entries()) {
    const is = after[index];
    if (was?.certain !== true || is?.certain !== true) unsure += 1;
    else if (was.verdict !== is.verdict) changed += 1;
  }
  return { changed, unsure };
}
