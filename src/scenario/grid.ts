/** The matrix's two axes, and numbers for what stands on them. */
import type { Endpoint } from '../model/matrix.ts';
import type { Scenario } from '../model/scenario.ts';
import { portText } from './ports.ts';

export interface Grid {
  readonly sources: readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** Index of a source by its name. */
  readonly sourceIndex: ReadonlyMap<string, number>;
  /** Indexes of a destination's endpoints by its name. */
  readonly offered: ReadonlyMap<string, readonly number[]>;
}

/** @param left names of workloads that have no place in it */
export function gridOf(scenario: Scenario, left: ReadonlySet<string> = new Set()): Grid {
  const workloads = scenario.workloads.filter(({ name }) => !left.has(name));
  const sources = workloads.map((workload) => workload.name);
  const destinations = [
    ...workloads.map(({ name, listen }) => ({ name, ports: listen })),
    ...scenario.targets,
  ];
  const endpoints: Endpoint[] = [];
  const offered = new Map<string, readonly number[]>();
  for (const { name, ports } of destinations) {
    offered.set(
      name,
      ports.map((_, index) => endpoints.length + index),
    );
    endpoints.push(...ports.map((port) => ({ id: `${name}:${portText(port)}`, destination: name, port })));
  }
  return { sources, endpoints, sourceIndex: new Map(sources.map((name, index) => [name, index])), offered };
}
