/**
 * Controls outside every policy of the scenario, in the run's own namespace: a listener on each node that holds
 * destinations, and on each node in use a resident prober. They show all the while that packets pass between the
 * nodes and that targets answer.
 */
import type { Context } from '../fleet/context.ts';
import { launchListener, type Listener } from '../fleet/deploy.ts';
import { ownIdentity } from '../fleet/identities.ts';
import { withDeadline } from '../model/deadline.ts';
import { NetproofError } from '../model/errors.ts';
import type { Destination, FleetPod } from '../model/fleet.ts';
import type { ControlRecord } from '../model/record.ts';
import type { NodeWish } from '../plan/pods.ts';
import { orderFor } from './batches.ts';
import { type Resident, startResident } from './resident.ts';
import { Wakeup } from './wakeup.ts';

const CONTROL_PORT = { protocol: 'tcp' as const, port: 8080 };
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
/** How long the last control may take to tell its first round, milliseconds; without it verdicts say so. */
const FIRST_ROUND_MS = 5000;

interface Asked {
  readonly to: ControlRecord['to'];
  readonly destination: Destination;
}

export class Controls {
  readonly #context: Context;
  readonly #namespace: string;
  readonly #pods: FleetPod[] = [];
  readonly #residents: Resident[] = [];
  /** By node; undefined where none could be launched. */
  readonly #listeners = new Map<string, Promise<Listener | undefined>>();
  /** Nodes with a resident prober, told or under way. */
  readonly #covered = new Map<string, Promise<void>>();
  #asked: Promise<readonly Asked[]> = Promise.resolve([]);
  readonly #told = new Wakeup();

  constructor(context: Context, namespace: string) {
    this.#context = context;
    this.#namespace = namespace;
  }

  /** Makes sure that a listener stands on this node, which holds a destination. No more of them after `begin`. */
  listenOn(node: string): void {
    if (this.#listeners.has(node)) return;
    const launched = this.#listen(node);
    // Told where it is awaited, in `shown`; until then it is nobody's unhandled rejection.
    launched.catch(() => undefined);
    this.#listeners.set(node, launched);
  }

  /** From here on residents ask. @param targets what, beside the listeners, must be seen to answer */
  begin(targets: readonly Destination[]): void {
    this.#asked = this.#everything(targets);
    this.#asked.catch(() => undefined);
    for (const node of this.#listeners.keys()) void this.cover(node);
    // Targets alone need one control, wherever the scheduler likes.
    if (this.#listeners.size === 0 && targets.length > 0) void this.#once('', { kind: 'any' });
  }

  /** Makes sure that a resident prober stands on this node; a prober has come to run there. */
  cover(node: string): Promise<void> {
    return this.#once(node, { kind: 'on', node });
  }

  /** Resolves when every control has told at least one round, or has had its time. */
  async shown(): Promise<void> {
    await Promise.all(this.#covered.values());
    await withDeadline(this.#context.signal, FIRST_ROUND_MS, async (signal) => {
      while (!signal.aborted && !this.#allTold()) await this.#told.next(signal);
    });
    this.#context.signal.throwIfAborted();
  }

  get pods(): readonly FleetPod[] {
    return this.#pods;
  }

  /** What they have shown so far, on our clock. */
  async records(): Promise<readonly ControlRecord[]> {
    const asked = await this.#asked;
    return this.#residents.flatMap((resident) => asked.map(({ to }, index) => recordOf(resident, to, index)));
  }

  #once(key: string, wish: NodeWish): Promise<void> {
    let covering = this.#covered.get(key);
    if (!covering) {
      covering = this.#unlessMissed(key, () => this.#reside(wish));
      // As above.
      covering.catch(() => undefined);
      this.#covered.set(key, covering);
    }
    return covering;
  }

  #listen(node: string): Promise<Listener | undefined> {
    return this.#unlessMissed(node, async () => {
      const identity = await ownIdentity(this.#context, this.#namespace, {});
      const workload = { name: 'control', listen: [CONTROL_PORT] };
      const wish = { kind: 'on', node } as const;
      const listener = await launchListener(this.#context, workload, identity, wish, undefined);
      this.#pods.push(listener.pod);
      return listener;
    });
  }

  /** Without a control less is shown, and the judge says of what; what was measured is not thrown away for it. */
  async #unlessMissed<T>(node: string, launch: () => Promise<T>): Promise<T | undefined> {
    try {
      return await launch();
    } catch (error) {
      if (!(error instanceof NetproofError) || error.code !== 'deploy-failed') throw error;
      const where = node === '' ? '' : ` on node ${node}`;
      const message = `a control is missing${where}, so that less can be shown: ${error.message}`;
      this.#context.emit({ kind: 'note', message });
      return undefined;
    }
  }

  async #everything(targets: readonly Destination[]): Promise<readonly Asked[]> {
    const listeners = await Promise.all(this.#listeners.values());
    return [
      ...listeners
        .filter((listener) => listener !== undefined)
        .map(({ pod }) => ({
          to: { kind: 'node' as const, node: pod.node },
          destination: { endpoint: 'control', host: pod.ip, port: CONTROL_PORT, listener: pod.name },
        })),
      ...targets.map((destination) => ({
        to: { kind: 'target' as const, endpoint: destination.endpoint, host: destination.host },
        destination,
      })),
    ];
  }

  async #reside(wish: NodeWish): Promise<void> {
    const asked = await this.#asked;
    if (asked.length === 0) return;
    const request = {
      workload: 'control',
      identity: await ownIdentity(this.#context, this.#namespace, {}),
      wish,
      probes: asked.map(({ destination }) => orderFor(destination)),
      schedule: CONTROL_SCHEDULE,
    };
    const resident = await startResident(this.#context, request, () => this.#told.wake());
    this.#residents.push(resident);
    this.#pods.push(resident.pod);
  }

  #allTold(): boolean {
    return this.#residents.every(({ rounds }) => rounds.every((each) => each.length > 0));
  }
}

function recordOf({ pod, rounds, log }: Resident, to: ControlRecord['to'], index: number): ControlRecord {
  return {
    fromNode: pod.node,
    to,
    rounds: (rounds[index] ?? []).map(([at, outcome]) => [at + log.offsetMs, outcome] as const),
  };
}
