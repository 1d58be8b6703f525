/**
 * The canary: before any verdict is believed, a deny of our own in a namespace of our own must bite. It shows
 * whether this cluster enforces each direction, what a deny looks like here, and how long it takes to bite.
 */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Context } from '../fleet/context.ts';
import { launchListener } from '../fleet/deploy.ts';
import { ownIdentity } from '../fleet/identities.ts';
import { applyPolicy } from '../fleet/policies.ts';
import type { Capabilities } from '../model/capabilities.ts';
import { withDeadline } from '../model/deadline.ts';
import type { ProbeOrder } from '../../probes/wire.ts';
import { type Resident, startResident } from '../probing/resident.ts';
import { Wakeup } from '../probing/wakeup.ts';
import { assess, type CanaryRounds, decided } from './assess.ts';

const LABEL = 'netproof.dev/canary';
const OPEN_TCP = { protocol: 'tcp', port: 8080 } as const;
const OPEN_UDP = { protocol: 'udp', port: 8081 } as const;
/** Nobody listens there: what a closed port looks like. */
const CLOSED_PORT = 8082;

const SCHEDULE = {
  timeoutMs: 1000,
  attempts: 3,
  stableRounds: 1,
  minSettleMs: 0,
  budgetMs: 0,
  roundGapMs: 300,
  concurrency: 64,
  ratePerSecond: 100,
} as const;

/** How long a deny may take to bite before the cluster is said not to enforce it, milliseconds. */
const BUDGET_MS = 15_000;

/** @param namespace one that the run created */
export async function runCanary(context: Context, namespace: string): Promise<Capabilities> {
  await Promise.all(
    (['Ingress', 'Egress'] as const).map((direction) =>
      applyPolicy(context, denyAll(namespace, direction), 'canary'),
    ),
  );
  const [open, shielded] = await Promise.all([
    listener(context, namespace, 'canary-open', {}),
    listener(context, namespace, 'canary-shielded', { [LABEL]: 'ingress' }),
  ]);
  const changed = new Wakeup();
  const probesOf = (host: string): ProbeOrder[] =>
    [OPEN_TCP, OPEN_UDP].map((port) => ({ ...port, host, echo: true }));
  const [free, muted] = await Promise.all([
    resident(
      context,
      namespace,
      'canary-free',
      {},
      [
        ...probesOf(open.pod.ip),
        ...probesOf(shielded.pod.ip),
        { protocol: 'tcp', host: open.pod.ip, port: CLOSED_PORT, echo: true },
      ],
      changed,
    ),
    resident(context, namespace, 'canary-muted', { [LABEL]: 'egress' }, probesOf(open.pod.ip), changed),
  ]);
  const rounds = (): CanaryRounds => canaryRounds(free, muted);
  await withDeadline(context.signal, BUDGET_MS, async (signal) => {
    while (!signal.aborted && !decided(rounds())) await changed.next(signal);
  });
  context.signal.throwIfAborted();
  const capabilities = assess(rounds());
  // They have done their work; probing goes on long enough without them at its side.
  const pods = [open.pod, shielded.pod, free.pod, muted.pod];
  await Promise.all(pods.map(({ name, uid }) => context.cluster.delete('Pod', namespace, name, uid)));
  return capabilities;
}

function canaryRounds(free: Resident, muted: Resident): CanaryRounds {
  const [openTcp = [], openUdp = [], ingressTcp = [], ingressUdp = [], closed = []] = free.rounds;
  const [egressTcp = [], egressUdp = []] = muted.rounds;
  return { openTcp, openUdp, ingressTcp, ingressUdp, closed, egressTcp, egressUdp };
}

async function listener(context: Context, namespace: string, name: string, labels: Record<string, string>) {
  const workload = { name, listen: [OPEN_TCP, OPEN_UDP] };
  const identity = await ownIdentity(context, namespace, labels);
  return launchListener(context, workload, identity, { kind: 'any' }, undefined);
}

async function resident(
  context: Context,
  namespace: string,
  workload: string,
  labels: Record<string, string>,
  probes: readonly ProbeOrder[],
  changed: Wakeup,
): Promise<Resident> {
  const identity = await ownIdentity(context, namespace, labels);
  const request = { workload, identity, wish: { kind: 'any' }, probes, schedule: SCHEDULE } as const;
  return startResident(context, request, () => changed.wake());
}

function denyAll(namespace: string, direction: 'Ingress' | 'Egress'): V1NetworkPolicy {
  const name = `canary-deny-${direction.toLowerCase()}`;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: { podSelector: { matchLabels: { [LABEL]: direction.toLowerCase() } }, policyTypes: [direction] },
  };
}
