/** The measurement: every batch to its end, with controls running alongside, and both sides' logs complete. */
import pLimit from 'p-limit';
import type { Context } from '../fleet/context.ts';
import { type Fleet, type Listener, placementWish } from '../fleet/deploy.ts';
import { placementOrder } from '../fleet/placement.ts';
import type { Capabilities } from '../model/capabilities.ts';
import { withDeadline } from '../model/deadline.ts';
import type { FleetPod, Identity } from '../model/fleet.ts';
import type { Plan } from '../model/plan.ts';
import type { ControlRecord } from '../model/record.ts';
import type { AttemptSettings } from '../model/scenario.ts';
import type { NodeWish } from '../plan/pods.ts';
import { stallsOf } from '../verdict/stall.ts';
import { type Asked, batchAgain, type Heard, type Told, withAgain } from './again.ts';
import { untilKnown } from './away.ts';
import { type Batch, batchesOf, ordersOf } from './batches.ts';
import type { Controls } from './controls.ts';
import { runProber } from './prober.ts';
import { scheduleFor } from './schedule.ts';

export interface Measured {
  readonly batches: readonly Asked[];
  readonly controls: readonly ControlRecord[];
  readonly controlPods: readonly FleetPod[];
  /** Names of listener pods whose logs did not reach past the last probe. */
  readonly behind: ReadonlySet<string>;
}

/** How long listeners' logs may take to catch up after the last prober ended, milliseconds. */
const CATCH_UP_MS = 10_000;

/**
 * What a pod without CPU left without meaning is asked once more, at half the pace.
 *
 * @param controls with a listener on every node that holds a destination
 */
export async function probeFleet(
  context: Context,
  plan: Plan,
  fleet: Fleet,
  capabilities: Capabilities,
  controls: Controls,
): Promise<Measured> {
  controls.begin([...fleet.destinations.values()].flat().filter(({ listener }) => listener === undefined));
  const means = { context, plan, fleet, capabilities, cover: (node: string) => void controls.cover(node) };
  const { attempt } = plan.scenario;
  const batches = batchesOf(plan.matrix, fleet.destinations).filter(({ asks }) => asks.length > 0);
  await untilKnown(context);
  const first = await askAll(means, batches, attempt);
  const heard = heardBy(fleet);
  const asked = first.told.map((told) => withAgain(told, (listener) => heard.get(listener)));
  const again = asked.map(batchAgain).filter(({ asks }) => asks.length > 0);
  const second = again.length > 0 ? await askAgain(means, again) : undefined;
  await controls.shown();
  return {
    batches: [...asked, ...(second?.told ?? [])],
    controls: await controls.records(),
    controlPods: controls.pods,
    behind: (second ?? first).behind,
  };
}

interface Means {
  readonly context: Context;
  readonly plan: Plan;
  readonly fleet: Fleet;
  readonly capabilities: Capabilities;
  /** A prober has come to run on this node. */
  readonly cover: (node: string) => void;
}

type Pace = Pick<AttemptSettings, 'concurrency' | 'ratePerSecond'>;

function askAgain(means: Means, batches: readonly Batch[]): Promise<Answered> {
  const { attempt } = means.plan.scenario;
  const probes = batches.reduce((sum, { asks }) => sum + asks.length, 0);
  const message = `${probes} ${probes === 1 ? 'probe is' : 'probes are'} asked again, more slowly: a pod at one end had no CPU`;
  means.context.emit({ kind: 'note', message });
  return askAll(means, batches, {
    concurrency: Math.ceil(attempt.concurrency / 2),
    ratePerSecond: Math.ceil(attempt.ratePerSecond / 2),
  });
}

interface Answered extends Pick<Measured, 'behind'> {
  readonly told: readonly Told[];
}

/** Every batch to its end, and the listeners' logs past it. */
async function askAll(means: Means, batches: readonly Batch[], pace: Pace): Promise<Answered> {
  const { context, fleet } = means;
  const told = await runBatches(means, batches, pace);
  const behind = await catchUp(context, [...fleet.listeners.values()], endOf(context, told));
  return { told, behind };
}

function heardBy({ listeners }: Fleet): ReadonlyMap<string, Heard> {
  return new Map(
    [...listeners.values()].map(({ pod, log }) => [
      pod.name,
      { stalls: stallsOf(log, log.offsetMs), sighting: log.sighting },
    ]),
  );
}

async function runBatches(
  { context, plan, fleet, capabilities, cover }: Means,
  batches: readonly Batch[],
  { concurrency, ratePerSecond }: Pace,
): Promise<readonly Told[]> {
  const settings = { ...plan.scenario.attempt, ratePerSecond };
  const schedule = scheduleFor(settings, capabilities, Math.min(concurrency, batches.length));
  const wishes = wishesFor(plan, fleet);
  const limit = pLimit(concurrency);
  const progress = progressOf(context, batches);
  return Promise.all(
    batches.map((batch) =>
      limit(async () => {
        context.signal.throwIfAborted();
        const log = await runProber(context, {
          workload: batch.source,
          identity: fleet.identities.get(batch.source) as Identity,
          wish: wishes.get(batch.source) ?? { kind: 'any' },
          probes: ordersOf(batch),
          schedule,
          onLaunched: ({ node }) => cover(node),
          onProgress: (settled) => progress(batch.source, settled),
        });
        progress(batch.source, batch.asks.length);
        return { batch, log };
      }),
    ),
  );
}

function progressOf(context: Context, batches: readonly Batch[]): (source: string, settled: number) => void {
  const settledBy = new Map<string, number>();
  const total = batches.reduce((sum, { asks }) => sum + asks.length, 0);
  let done = 0;
  return (source, settled) => {
    done += settled - (settledBy.get(source) ?? 0);
    settledBy.set(source, settled);
    context.emit({ kind: 'progress', phase: 'probe', done, total });
  };
}

/**
 * A prober runs where its workload's listener runs: they stand for the same pod. A source without a listener
 * goes where it must, or else beside some control.
 */
function wishesFor(plan: Plan, fleet: Fleet): ReadonlyMap<string, NodeWish> {
  const wishes = new Map<string, NodeWish>();
  const nodeOf = (name: string): string | undefined => {
    const wish = wishes.get(name);
    return (
      fleet.listeners.get(name)?.pod.node ??
      (wish && 'node' in wish && wish.kind === 'on' ? wish.node : undefined)
    );
  };
  const nodes = listenerNodes(fleet);
  let turn = 0;
  for (const workload of placementOrder(plan.scenario.workloads).flat()) {
    const own = fleet.listeners.get(workload.name)?.pod.node;
    const placed = placementWish(workload, nodeOf);
    if (own !== undefined)
      wishes.set(workload.name, { kind: placed.kind === 'any' ? 'rather-on' : 'on', node: own });
    else if (placed.kind !== 'any') wishes.set(workload.name, placed);
    else wishes.set(workload.name, besideSomeControl(nodes, turn++));
  }
  return wishes;
}

function besideSomeControl(nodes: readonly string[], turn: number): NodeWish {
  const node = nodes[turn % Math.max(1, nodes.length)];
  return node === undefined ? { kind: 'any' } : { kind: 'rather-on', node };
}

function listenerNodes(fleet: Fleet): readonly string[] {
  return [...new Set([...fleet.listeners.values()].map(({ pod }) => pod.node))].sort();
}

/** When the last prober ended; for one that was lost, when that became known. */
function endOf(context: Context, batches: readonly Told[]): number {
  return Math.max(...batches.map(({ log }) => log.end?.at ?? context.clock.now()));
}

/**
 * After the last prober: wait until every listener's log tells of a time after it; the pods whose logs don't. Nodes'
 * clocks are known to some milliseconds only; but a packet whose silence was told was sent most of a timeout before.
 */
async function catchUp(
  context: Context,
  listeners: readonly Listener[],
  end: number,
): Promise<ReadonlySet<string>> {
  const caughtUp = await withDeadline(context.signal, CATCH_UP_MS, (signal) =>
    Promise.all(listeners.map(({ log }) => log.reached(end, signal))),
  );
  context.signal.throwIfAborted();
  return new Set(listeners.filter((_, index) => !caughtUp[index]).map(({ pod }) => pod.name));
}
