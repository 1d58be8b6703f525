/** What the API server says of a container, as far as its log is concerned. */
import type { V1Pod } from './types.ts';

export type ContainerState = 'waiting' | 'running' | 'ended';

/** The pod's first container unless one is named. */
export function containerState(pod: V1Pod, container?: string): ContainerState {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return 'ended';
  const statuses = pod.status?.containerStatuses ?? [];
  const status = container === undefined ? statuses[0] : statuses.find(({ name }) => name === container);
  if (status?.state?.terminated != null) return 'ended';
  return status?.state?.running != null ? 'running' : 'waiting';
}
