/**
 * Controls outside every policy of the scenario: on each node in use a listener and a resident prober, in the
 * run's own namespace. They show all the while that packets pass between the nodes and that targets answer.
 */
import type { Context } from '../fleet/context.ts';
import { launchListener } from '../fleet/deploy.ts';
import type { Destination, FleetPod } from '../model/fleet.ts';
import type { ControlRecord } from '../model/record.ts';
import type { NodeWish } from '../plan/pods.ts';
import { orderFor } from './batches.ts';
import { type Resident, startResident } from './resident.ts';

export interface Controls {
  readonly pods: readonly FleetPod[];
  /** What they have shown so far, on our clock. */
  records(): readonly ControlRecord[];
}

const CONTROL_PORT = { protocol: 'tcp', port: 8080 } as const;
const CONTROL_SCHEDULE = {
  timeoutMs: 1000,
  attempts: 3,
  stableRounds: 1,
  minSettleMs: 0,
  budgetMs: 0,
  roundGapMs: 500,
  concurrency: 64,
  ratePerSecond: 100,
} as const;

/** @param nodes nodes to stand on; none means one control wherever the scheduler likes, for targets alone */
export async function startControls(
  context: Context,
  namespace: string,
  nodes: readonly string[],
  targets: readonly Destination[],
): Promise<Controls> {
  const identity = { namespace, labels: {} };
  const wishes: readonly NodeWish[] =
    nodes.length > 0 ? nodes.map((node) => ({ kind: 'on', node })) : [{ kind: 'any' }];
  const listeners = await Promise.all(
    nodes.map((node) =>
      launchListener(
        context,
        { name: 'control', listen: [CONTROL_PORT] },
        identity,
        { kind: 'on', node },
        undefined,
      ),
    ),
  );
  const asked: readonly { readonly to: ControlRecord['to']; readonly destination: Destination }[] = [
    ...listeners.map(({ pod }) => ({
      to: { kind: 'node' as const, node: pod.node },
      destination: { endpoint: 'control', host: pod.ip, port: CONTROL_PORT, listener: pod.name },
    })),
    ...targets.map((destination) => ({
      to: { kind: 'target' as const, endpoint: destination.endpoint, host: destination.host },
      destination,
    })),
  ];
  const probes = asked.map(({ destination }) => orderFor(destination));
  const residents = await Promise.all(
    wishes.map((wish) =>
      startResident(context, {
        workload: 'control',
        identity,
        wish,
        probes,
        schedule: CONTROL_SCHEDULE,
      }),
    ),
  );
  return {
    pods: [...listeners.map(({ pod }) => pod), ...residents.map(({ pod }) => pod)],
    records: () =>
      residents.flatMap((resident) => asked.map(({ to }, index) => recordOf(resident, to, index))),
  };
}

function recordOf({ pod, rounds, log }: Resident, to: ControlRecord['to'], index: number): ControlRecord {
  return {
    fromNode: pod.node,
    to,
    rounds: (rounds[index] ?? []).map(([at, outcome]) => [at + log.offsetMs, outcome] as const),
  };
}
