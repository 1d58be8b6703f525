/** How a pod fares, read from its status; pure. */
import type { V1Pod } from '../cluster/types.ts';

export type PodState =
  /** Not yet running; `why` is what holds it up, if the cluster says so. */
  | { readonly kind: 'starting'; readonly why?: string }
  /** Will not run without somebody's help. */
  | { readonly kind: 'stuck'; readonly why: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly why: string; readonly ok: boolean };

/**
 * Waiting reasons that waiting does not mend (kubelet, pkg/kubelet/images and kuberuntime). ErrImagePull alone
 * may be a passing fault; the kubelet tries again and then says ImagePullBackOff.
 */
const STUCK_REASONS = new Set([
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
]);

export function podState(pod: V1Pod): PodState {
  const status = pod.status;
  const container = status?.containerStatuses?.find((each) => each.name === 'netproof');
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return endState(pod);
  if (pod.metadata?.deletionTimestamp) return { kind: 'ended', ok: false, why: 'deleted by somebody else' };
  if (container?.state?.running) return { kind: 'running' };
  if (container?.state?.terminated) return endState(pod);
  const waiting = container?.state?.waiting;
  const message = [waiting?.reason, waiting?.message].filter(Boolean).join(': ');
  if (waiting?.reason && STUCK_REASONS.has(waiting.reason)) return { kind: 'stuck', why: message };
  const scheduled = status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { kind: 'starting', why: [scheduled.reason, scheduled.message].filter(Boolean).join(': ') };
  }
  return message === '' ? { kind: 'starting' } : { kind: 'starting', why: message };
}

function endState(pod: V1Pod): PodState {
  const status = pod.status;
  const terminated = status?.containerStatuses?.find((each) => each.name === 'netproof')?.state?.terminated;
  if (status?.phase === 'Succeeded' || (terminated?.exitCode === 0 && status?.phase !== 'Failed')) {
    return { kind: 'ended', ok: true, why: 'completed' };
  }
  // An evicted pod says so on the pod, a killed container (OOMKilled) on the container.
  const reason = status?.reason ?? terminated?.reason ?? 'failed';
  const message = status?.message ?? terminated?.message;
  const code = terminated ? ` (exit code ${terminated.exitCode})` : '';
  return { kind: 'ended', ok: false, why: `${reason}${code}${message ? `: ${message}` : ''}` };
}
