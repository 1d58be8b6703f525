import type { Workload } from '../model/scenario.ts';

/**
 * Workloads in waves: one that is placed beside or apart from another comes after it, when the other's node is
 * known. References to workloads outside the list (sources without a listener) are taken as met.
 */
export function placementOrder(workloads: readonly Workload[]): readonly (readonly Workload[])[] {
  const waves: Workload[][] = [];
  let waiting = [...workloads];
  while (waiting.length > 0) {
    const names = new Set(waiting.map((workload) => workload.name));
    const ready = waiting.filter(
      ({ placement }) => !('workload' in placement) || !names.has(placement.workload),
    );
    // A cycle is refused when the scenario is loaded; here it only must not loop for ever.
    const wave = ready.length > 0 ? ready : waiting;
    waves.push(wave);
    waiting = waiting.filter((workload) => !wave.includes(workload));
  }
  return waves;
}
