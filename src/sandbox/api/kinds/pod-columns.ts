/** A pod's line in `kubectl get`, by the rules of the server's own printer (pkg/printers/internalversion). */
import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Pod, Wire } from '../object.ts';
import { age, ageColumn, column, nameColumn } from './define.ts';

type ContainerStatus = Wire<V1ContainerStatus>;

const ended = ({
  reason,
  signal,
  exitCode,
}: {
  reason?: string;
  signal?: number;
  exitCode: number;
}): string => reason ?? (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

/** The first init container that has not succeeded speaks for the pod. */
function initPhase(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const at = statuses.findIndex((one) => one.state?.terminated?.exitCode !== 0);
  const status = statuses[at];
  if (!status) return undefined;
  const { terminated, waiting } = status.state ?? {};
  if (terminated) return `Init:${ended(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${at}/${statuses.length}`;
}

function containerPhase(status: ContainerStatus): string | undefined {
  const { waiting, terminated } = status.state ?? {};
  if (waiting?.reason) return waiting.reason;
  return terminated ? ended(terminated) : undefined;
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

function phase(pod: Pod): string {
  const { status, metadata } = pod;
  const statuses = status?.containerStatuses ?? [];
  const said = statuses.map(containerPhase).find((reason) => reason !== undefined);
  const running = statuses.some((one) => one.ready && one.state?.running);
  const own = initPhase(pod) ?? said ?? status?.reason ?? status?.phase ?? 'Unknown';
  const shown = own === 'Completed' && running ? (isReady(pod) ? 'Running' : 'NotReady') : own;
  if (!metadata.deletionTimestamp) return shown;
  return ['Succeeded', 'Failed'].includes(status?.phase ?? '') ? shown : 'Terminating';
}

function restarts(pod: Pod, now: number): string {
  const statuses = pod.status?.containerStatuses ?? [];
  const count = statuses.reduce((sum, one) => sum + one.restartCount, 0);
  const times = statuses.flatMap((one) => one.lastState?.terminated?.finishedAt ?? []).toSorted();
  const last = times.at(-1);
  return count > 0 && last ? `${count} (${age(last, now)} ago)` : String(count);
}

const ready = ({ spec, status }: Pod): string =>
  `${(status?.containerStatuses ?? []).filter((one) => one.ready && one.state?.running).length}/${spec.containers.length}`;

function gates({ spec, status }: Pod): string {
  const wanted = spec.readinessGates ?? [];
  if (wanted.length === 0) return '<none>';
  const met = wanted.filter((gate) =>
    status?.conditions?.some((one) => one.type === gate.conditionType && one.status === 'True'),
  );
  return `${met.length}/${wanted.length}`;
}

export const podColumns = [
  nameColumn,
  column<Pod>('Ready', ready),
  column<Pod>('Status', phase),
  column<Pod>('Restarts', restarts),
  ageColumn,
  column<Pod>('IP', ({ status }) => status?.podIP ?? '<none>', { wide: true }),
  column<Pod>('Node', ({ spec }) => spec.nodeName ?? '<none>', { wide: true }),
  column<Pod>('Nominated Node', ({ status }) => status?.nominatedNodeName ?? '<none>', { wide: true }),
  column<Pod>('Readiness Gates', gates, { wide: true }),
];
