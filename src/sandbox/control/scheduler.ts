/** Binds pods to nodes. */
import { type Pod, timestamp } from '../api/object.ts';
import type { ControlContext } from './context.ts';
import { place } from './fit.ts';
import { coalesced } from './later.ts';

const isOver = ({ status }: Pod): boolean => ['Succeeded', 'Failed'].includes(status?.phase ?? '');
const isWaiting = ({ spec, metadata }: Pod): boolean =>
  !spec.nodeName && spec.schedulerName === 'default-scheduler' && !metadata.deletionTimestamp;

const SOURCE = { component: 'default-scheduler' };

/** The pod with its PodScheduled condition. */
function scheduled(pod: Pod, status: 'True' | 'False', time: string, message?: string): Pod {
  const others = (pod.status?.conditions ?? []).filter((one) => one.type !== 'PodScheduled');
  const condition = {
    type: 'PodScheduled',
    status,
    lastTransitionTime: time,
    ...(message === undefined ? {} : { reason: 'Unschedulable', message }),
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}

export function schedulePods({ store, now, record }: ControlContext): void {
  const waiting = new Map<string, { readonly namespace: string; readonly name: string }>();

  const bind = (pod: Pod, node: string): void => {
    const time = timestamp(now());
    store.replace('pods', scheduled({ ...pod, spec: { ...pod.spec, nodeName: node } }, 'True', time));
    const { namespace, name } = pod.metadata;
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    record(pod, { type: 'Normal', reason: 'Scheduled', message, source: SOURCE });
  };

  const refuse = (pod: Pod, message: string): void => {
    const before = pod.status?.conditions?.find((one) => one.type === 'PodScheduled');
    if (before?.message === message) return;
    store.replace('pods', scheduled(pod, 'False', timestamp(now()), message));
    record(pod, { type: 'Warning', reason: 'FailedScheduling', message, source: SOURCE });
  };

  const run = coalesced(() => {
    for (const [uid, { namespace, name }] of waiting) {
      const pod = store.get('pods', namespace, name);
      if (!pod || pod.metadata.uid !== uid || !isWaiting(pod)) {
        waiting.delete(uid);
        continue;
      }
      const placement = place(pod, {
        nodes: store.list('nodes'),
        placed: store.list('pods').filter((one) => one.spec.nodeName && !isOver(one)),
        namespaces: store.list('namespaces'),
      });
      if ('reason' in placement) refuse(pod, placement.reason);
      else {
        waiting.delete(uid);
        bind(pod, placement.node);
      }
    }
  });

  const retry = (): void => {
    if (waiting.size > 0) run();
  };
  store.subscribe('pods', ({ type, revision: { object: pod }, previous }) => {
    const { uid, namespace = '', name } = pod.metadata;
    if (type === 'ADDED' && isWaiting(pod)) waiting.set(uid, { namespace, name });
    // What a waiting pod waits for may have come with any pod that was placed, was relabelled, or ended.
    const moved =
      type !== 'MODIFIED' ||
      previous?.object.spec.nodeName !== pod.spec.nodeName ||
      previous?.object.metadata.labels !== pod.metadata.labels ||
      isOver(pod);
    if (moved) retry();
  });
  store.subscribe('nodes', retry);
}
