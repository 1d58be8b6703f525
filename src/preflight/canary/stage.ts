/** The canary's pods: who was launched, what the sources ask and what they have told. */
import pLimit from 'p-limit';
import type { ProbeOrder, ResultLine, Schedule } from '../../../probes/wire.ts';
import type { V1Service } from '../../cluster/types.ts';
import type { Context } from '../../fleet/context.ts';
import { createOurs } from '../../fleet/create-ours.ts';
import { launchListener, type Listener } from '../../fleet/deploy.ts';
import { ownIdentity } from '../../fleet/identities.ts';
import { undoObject } from '../../fleet/undo-object.ts';
import { NetproofError } from '../../model/errors.ts';
import type { FleetPod, Identity } from '../../model/fleet.ts';
import { RUN_LABEL } from '../../model/labels.ts';
import type { NodeWish } from '../../plan/pods.ts';
import { type Resident, startResident } from '../../probing/resident.ts';
import { Wakeup } from '../../probing/wakeup.ts';
import { type Actor, type CanaryCell, LABEL, type Scene } from './cells.ts';

/** What a source asks: a cell, or something that only `name` tells of. */
export interface Ask {
  readonly cell?: CanaryCell;
  readonly name?: string;
  readonly order: ProbeOrder;
}

/** The name of the question to the cluster's DNS. */
export const DNS = 'dns';

/** A source with its questions and every answer so far; times on its own clock. */
export interface Voice {
  readonly actor: string;
  readonly resident: Resident;
  readonly asks: readonly Ask[];
  /** By the question's index, oldest first. */
  readonly results: readonly (readonly ResultLine[])[];
}

export interface StageOptions {
  /** Pods must run on the scene's nodes, or only rather would. */
  readonly strict: boolean;
  /** A pod that can't be launched leaves its cells open instead of ending everything. */
  readonly tolerant: boolean;
}

export const SCHEDULE: Schedule = {
  timeoutMs: 600,
  attempts: 3,
  stableRounds: 1,
  minSettleMs: 0,
  budgetMs: 0,
  roundGapMs: 250,
  concurrency: 64,
  ratePerSecond: 100,
};
const LAUNCH_AT_ONCE = 20;
const SERVICE_PORT = 7000;

export class Stage {
  readonly #context: Context;
  readonly #scene: Scene;
  readonly #options: StageOptions;
  readonly #limit = pLimit(LAUNCH_AT_ONCE);
  readonly listeners = new Map<string, Listener>();
  readonly voices = new Map<string, Voice>();
  /** Why, by actor. */
  readonly unlaunched = new Map<string, string>();
  /** Addresses of Services, by the actor behind them. */
  readonly #services = new Map<string, string>();
  /** Something was told. */
  readonly changed = new Wakeup();
  #base: Promise<Identity> | undefined;

  constructor(context: Context, scene: Scene, options: StageOptions) {
    this.#context = context;
    this.#scene = scene;
    this.#options = options;
  }

  async listen(actors: readonly Actor[]): Promise<void> {
    await this.#each(actors, async (actor) => {
      const workload = { name: `canary-${actor.name}`, listen: actor.listen };
      const identity = await this.#identity(actor);
      const wish = this.#wish(actor);
      this.listeners.set(
        actor.name,
        await launchListener(this.#context, workload, identity, wish, undefined),
      );
    });
  }

  /** Starts a source; questions to actors that were not launched are left out. */
  async speak(actor: Actor, asks: readonly Ask[], schedule = SCHEDULE): Promise<void> {
    await this.#each([actor], async () => {
      const results: ResultLine[][] = asks.map(() => []);
      const request = {
        workload: `canary-${actor.name}`,
        identity: await this.#identity(actor),
        wish: this.#wish(actor),
        probes: asks.map(({ order }) => order),
        schedule,
      };
      const resident = await startResident(this.#context, request, (line) => {
        if (line) results[line.probe]?.push(line);
        this.changed.wake();
      });
      this.voices.set(actor.name, { actor: actor.name, resident, asks, results });
    });
  }

  /** A Service in front of an actor; it publishes pods that are not ready, as ours never are. */
  async serve(actor: string, who: string): Promise<void> {
    const { cluster, runId, undo, owners } = this.#context;
    const namespace = this.#scene.here;
    const name = `netproof-${runId}-${who}`;
    const service: V1Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name,
        namespace,
        labels: { [RUN_LABEL]: runId },
        ownerReferences: [await owners.in(namespace)],
      },
      spec: {
        selector: { [RUN_LABEL]: runId, [LABEL]: who },
        publishNotReadyAddresses: true,
        ports: [{ name: 'tcp', protocol: 'TCP', port: SERVICE_PORT, targetPort: 8080 }],
      },
    };
    const step = undoObject(cluster, runId, 'Service', namespace, name);
    const created = await undo.create(step, () => createOurs(cluster, 'Service', service));
    this.#services.set(actor, created.spec?.clusterIP ?? '');
  }

  /** Its pods have done their work, and what comes goes on better without them at its side; nobody waits for it. */
  leave(): void {
    for (const actor of [...this.listeners.keys(), ...this.voices.keys()]) {
      const { namespace = '', name = '', uid = '' } = this.pod(actor) ?? {};
      // What stays is the clean-up's to remove, and to tell of.
      this.#context.cluster.delete('Pod', namespace, name, uid).catch(() => undefined);
    }
  }

  pod(actor: string): FleetPod | undefined {
    return this.listeners.get(actor)?.pod ?? this.voices.get(actor)?.resident.pod;
  }

  /** The order for a cell; undefined if its destination was not launched. */
  orderFor({ to, port, service }: Pick<CanaryCell, 'to' | 'port' | 'service'>): ProbeOrder | undefined {
    if (to === 'external') {
      const host = this.#scene.external?.host;
      return host === undefined ? undefined : { ...port, host, echo: false };
    }
    if (service === true) {
      const host = this.#services.get(to);
      return host === undefined
        ? undefined
        : { protocol: port.protocol, port: SERVICE_PORT, host, echo: true };
    }
    const host = this.listeners.get(to)?.pod.ip;
    return host === undefined ? undefined : { ...port, host, echo: true };
  }

  #wish({ node }: Actor): NodeWish {
    const name = this.#scene.nodes[node];
    if (name === undefined) return { kind: 'any' };
    return { kind: this.#options.strict ? 'on' : 'rather-on', node: name };
  }

  async #identity({ who, where, portNames = {} }: Actor): Promise<Identity> {
    this.#base ??= ownIdentity(this.#context, this.#scene.here, {});
    return {
      ...(await this.#base),
      namespace: where === 'there' ? (this.#scene.there ?? '') : this.#scene.here,
      labels: { [LABEL]: who },
      ports: Object.entries(portNames).map(([name, port]) => ({ name, port, protocol: 'TCP' })),
    };
  }

  async #each(actors: readonly Actor[], launch: (actor: Actor) => Promise<void>): Promise<void> {
    const launched = actors.map((actor) =>
      this.#limit(async () => {
        this.#context.signal.throwIfAborted();
        await launch(actor).catch((error: unknown) => this.#missed(actor, error));
      }),
    );
    await Promise.all(launched);
  }

  #missed({ name }: Actor, error: unknown): void {
    if (!this.#options.tolerant || !(error instanceof NetproofError) || error.code !== 'deploy-failed')
      throw error;
    this.unlaunched.set(name, error.message);
  }
}
