import type { V1Node } from '../cluster/types.ts';

/** Names of the nodes on which probe pods, which tolerate nothing, can be started; sorted. */
export function schedulable(nodes: readonly V1Node[]): readonly string[] {
  return nodes
    .filter(({ spec, status, metadata }) => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      const taints = spec?.taints ?? [];
      return (
        spec?.unschedulable !== true &&
        ready?.status !== 'False' &&
        ready?.status !== 'Unknown' &&
        taints.every(({ effect }) => effect === 'PreferNoSchedule') &&
        (metadata?.labels?.['kubernetes.io/os'] ?? 'linux') === 'linux'
      );
    })
    .map(({ metadata }) => metadata?.name ?? '')
    .sort();
}
