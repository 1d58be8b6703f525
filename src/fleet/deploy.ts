/** Deploys a scenario: namespaces, policies, then listeners; resolves once every listener told that it listens. */
import type { ListenerOrder } from '../../probes/wire.ts';
import type { V1NetworkPolicy } from '../cluster/types.ts';
import pLimit from 'p-limit';
import type { Destination, FleetPod, Identity } from '../model/fleet.ts';
import type { Plan } from '../model/plan.ts';
import type { Workload } from '../model/scenario.ts';
import type { NodeWish } from '../plan/pods.ts';
import type { Context } from './context.ts';
import { assignUsers } from './identities.ts';
import { launchPod, podName } from './launch.ts';
import { type ListenerLog, watchListener } from './listener-log.ts';
import { createNamespaces } from './namespaces.ts';
import { placementOrder } from './placement.ts';
import { applyPolicy } from './policies.ts';
import type { Survey } from './survey.ts';

export interface Listener {
  readonly pod: FleetPod;
  readonly log: ListenerLog;
}

export interface Fleet {
  readonly identities: ReadonlyMap<string, Identity>;
  /** By workload name. */
  readonly listeners: ReadonlyMap<string, Listener>;
  /** By endpoint id. */
  readonly destinations: ReadonlyMap<string, readonly Destination[]>;
}

/** Creates asked for side by side; the API server's own fairness does the rest. */
const CREATE_AT_ONCE = 20;
/** Agents end themselves after this long, whatever happens to us. */
export const AGENT_LIFE_MS = 15 * 60_000;

/** @param onNode told of the node of every listener as soon as it listens */
export async function deployFleet(
  context: Context,
  plan: Plan,
  survey: Survey,
  onNode: (node: string) => void,
): Promise<Fleet> {
  await createNamespaces(context, plan);
  const identities = await assignUsers(context, survey.identities);
  await Promise.all(
    plan.policies.map(({ manifest, position }) =>
      applyPolicy(context, manifest as unknown as V1NetworkPolicy, `${position.file}:${position.line}`),
    ),
  );
  const listeners = await launchListeners(context, plan, identities, onNode);
  return { identities, listeners, destinations: destinationsOf(plan, listeners, survey.targets) };
}

async function launchListeners(
  context: Context,
  plan: Plan,
  identities: ReadonlyMap<string, Identity>,
  onNode: (node: string) => void,
): Promise<ReadonlyMap<string, Listener>> {
  const listeners = new Map<string, Listener>();
  const limit = pLimit(CREATE_AT_ONCE);
  const total = plan.listeners.length;
  const tls = await certificateFor(plan.listeners);
  for (const wave of placementOrder(plan.listeners)) {
    await Promise.all(
      wave.map((workload) =>
        limit(async () => {
          const identity = identities.get(workload.name) as Identity;
          const wish = placementWish(workload, (name) => listeners.get(name)?.pod.node);
          const listener = await launchListener(context, workload, identity, wish, tls);
          listeners.set(workload.name, listener);
          onNode(listener.pod.node);
          context.emit({ kind: 'progress', phase: 'deploy', done: listeners.size, total });
        }),
      ),
    );
  }
  return listeners;
}

export async function launchListener(
  context: Context,
  workload: Pick<Workload, 'name' | 'listen'>,
  identity: Identity,
  wish: NodeWish,
  tls: ListenerOrder['tls'],
): Promise<Listener> {
  const order: ListenerOrder = {
    role: 'listener',
    id: podName(context.randomName),
    controlPort: context.controlPort,
    beatMs: context.beatMs,
    stallMs: context.stallMs,
    lifeMs: AGENT_LIFE_MS,
    serve: workload.listen,
    ...(tls && workload.listen.some((port) => port.protocol === 'https') ? { tls } : {}),
  };
  const pod = await launchPod(context, { workload: workload.name, identity, order, wish });
  const log = watchListener(context, pod);
  await log.listening;
  return { pod, log };
}

async function certificateFor(workloads: readonly Workload[]): Promise<ListenerOrder['tls']> {
  const needed = workloads.some((workload) => workload.listen.some((port) => port.protocol === 'https'));
  if (!needed) return undefined;
  // Its library takes a tenth of a second to load.
  const { generateCertificate } = await import('./certificate.ts');
  return generateCertificate('netproof listener');
}

/** @param nodeOf the node of a workload launched before */
export function placementWish(workload: Workload, nodeOf: (name: string) => string | undefined): NodeWish {
  const { placement } = workload;
  switch (placement.kind) {
    case 'any':
      return { kind: 'any' };
    case 'node':
      return { kind: 'on', node: placement.node };
    case 'same':
    case 'different': {
      const node = nodeOf(placement.workload);
      if (node === undefined) return { kind: 'any' };
      return { kind: placement.kind === 'same' ? 'on' : 'not-on', node };
    }
  }
}

function destinationsOf(
  plan: Plan,
  listeners: ReadonlyMap<string, Listener>,
  targets: readonly Destination[],
): ReadonlyMap<string, readonly Destination[]> {
  const byEndpoint = new Map<string, Destination[]>();
  for (const target of targets) {
    byEndpoint.set(target.endpoint, [...(byEndpoint.get(target.endpoint) ?? []), target]);
  }
  for (const endpoint of plan.matrix.endpoints) {
    const listener = listeners.get(endpoint.destination);
    if (!listener) continue;
    byEndpoint.set(endpoint.id, [
      { endpoint: endpoint.id, host: listener.pod.ip, port: endpoint.port, listener: listener.pod.name },
    ]);
  }
  return byEndpoint;
}
