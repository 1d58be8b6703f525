/** A pod's status out of its containers' states, by the rules of pkg/kubelet (getPhase, status/generate.go). */
import type { V1ContainerStatus, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';
import type { Pod, Wire } from '../api/object.ts';

export type ContainerStatus = Wire<V1ContainerStatus>;
export type PodStatus = Wire<V1PodStatus>;
type Condition = Wire<V1PodCondition>;

export interface PodFacts {
  readonly pod: Pod;
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
  readonly podIP?: string;
  readonly hostIP: string;
  readonly startTime: string;
  /** The kubelet ended the pod, e.g. at its deadline. */
  readonly failure?: { readonly reason: string; readonly message: string };
  /** No container will be started any more. */
  readonly stopped: boolean;
  readonly now: string;
}

const exitedWith0 = (one: ContainerStatus): boolean => one.state?.terminated?.exitCode === 0;

/** Terminated, or waiting to be started again after having been. */
const hasStopped = (one: ContainerStatus): boolean =>
  one.state?.terminated !== undefined ||
  (one.state?.waiting !== undefined && one.lastState?.terminated !== undefined);
const lastExit = (one: ContainerStatus): number | undefined =>
  (one.state?.terminated ?? one.lastState?.terminated)?.exitCode;

export function phaseOf({ pod, init, main, failure, stopped }: PodFacts): string {
  if (failure) return 'Failed';
  const never = pod.spec.restartPolicy === 'Never' || stopped;
  const pendingInit = init.filter((one) => !exitedWith0(one));
  if (pendingInit.length > 0)
    return never && pendingInit.some((one) => hasStopped(one)) ? 'Failed' : 'Pending';
  if (main.some((one) => one.state?.waiting && !hasStopped(one))) return 'Pending';
  if (main.some((one) => one.state?.running)) return 'Running';
  if (pod.spec.restartPolicy === 'Always' && !stopped) return 'Running';
  if (main.every((one) => lastExit(one) === 0)) return 'Succeeded';
  return never ? 'Failed' : 'Running';
}

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;
const YES: Verdict = { status: 'True' };
const no = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message === undefined ? {} : { message }),
});

const named = (list: readonly ContainerStatus[]): string => `[${list.map((one) => one.name).join(' ')}]`;

function initialized({ init }: PodFacts, phase: string): Verdict {
  const open = init.filter((one) => !exitedWith0(one));
  if (open.length === 0) return phase === 'Succeeded' ? { ...YES, reason: 'PodCompleted' } : YES;
  return no('ContainersNotInitialized', `containers with incomplete status: ${named(open)}`);
}

function containersReady({ main }: PodFacts, phase: string): Verdict {
  if (phase === 'Succeeded') return no('PodCompleted');
  if (phase === 'Failed') return no('PodFailed');
  const unready = main.filter((one) => !one.ready);
  return unready.length === 0
    ? YES
    : no('ContainersNotReady', `containers with unready status: ${named(unready)}`);
}

function ready(facts: PodFacts, phase: string): Verdict {
  const containers = containersReady(facts, phase);
  if (containers.status !== 'True') return containers;
  const conditions = facts.pod.status?.conditions ?? [];
  const faults = (facts.pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = conditions.find((one) => one.type === conditionType);
    if (!found) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return found.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`];
  });
  return faults.length === 0 ? YES : no('ReadinessGatesNotReady', faults.join(', '));
}

/** The kubelet's own conditions, each with the time of its last change; those of others are kept. */
function conditions(facts: PodFacts, phase: string): Condition[] {
  const before = facts.pod.status?.conditions ?? [];
  const over = phase === 'Succeeded' || phase === 'Failed';
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', facts.podIP && !over ? YES : { status: 'False' }],
    ['Initialized', initialized(facts, phase)],
    ['Ready', ready(facts, phase)],
    ['ContainersReady', containersReady(facts, phase)],
    ['PodScheduled', YES],
  ];
  const own = verdicts.map(([type, verdict]) => {
    const old = before.find((one) => one.type === type);
    const since = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return { type, ...verdict, lastTransitionTime: since ?? facts.now };
  });
  const types = new Set(own.map((one) => one.type));
  return [...own, ...before.filter((one) => !types.has(one.type))];
}

export function podStatus(facts: PodFacts): PodStatus {
  const phase = phaseOf(facts);
  const { pod, podIP, hostIP, startTime, failure, init, main } = facts;
  const { qosClass } = pod.status ?? {};
  return {
    phase,
    ...failure,
    conditions: conditions(facts, phase),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    ...(qosClass === undefined ? {} : { qosClass }),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: main,
  };
}
