/**
 * The canary's play. Thorough: everybody reaches everybody; policies come and the cells are as expected; policies go
 * and everybody reaches everybody again. The short one, before a run, leaves out the first and the last act.
 */
import type { Schedule } from '../../../probes/wire.ts';
import type { Context } from '../../fleet/context.ts';
import { type AppliedPolicy, applyPolicy } from '../../fleet/policies.ts';
import type { Capabilities } from '../../model/capabilities.ts';
import { DeadlineError, withDeadline } from '../../model/deadline.ts';
import { awayFault } from '../../probing/away.ts';
import { judge } from '../../verdict/judge.ts';
import { assess, type Recovery } from './assess.ts';
import { castFor, NEWCOMER } from './cast.ts';
import { type CanaryPolicy, manifestOf, type Scene } from './cells.ts';
import type { Moment } from './measures.ts';
import {
  asExpected,
  isDenied,
  isHeld,
  isReached,
  remembering,
  rule,
  type Ruling,
  type Seen,
  seenSince,
  STREAK,
} from './observe.ts';
import { type Ask, DNS, SCHEDULE, Stage } from './stage.ts';
import type { Script } from './table.ts';
import { ticker } from './ticker.ts';

export interface PlayOptions {
  readonly thorough: boolean;
  /** Pods must run on the scene's nodes. */
  readonly strict: boolean;
}

/** Asks the pod's own resolver; any answer will do, also that there is no such name. */
const LOOKUP: Ask = {
  name: DNS,
  order: { protocol: 'dns', host: '', port: 53, echo: false, query: 'kubernetes.default.svc.cluster.local' },
};

/** Where policies are there before the sources, the rounds that are wanted may overlap. */
const HASTY: Schedule = { ...SCHEDULE, stableRounds: STREAK };

/** How long each may take, milliseconds, before what was seen is taken for what there is. */
const BASELINE_MS = 8_000;
const APPLY_MS = 13_000;
const REMOVE_MS = 13_000;
/** Rulings in between, for what can't be told at the end. */
const LOOK_MS = 1_500;
/** How long sources may take to tell two more rounds; on the slowest networks a round takes six seconds. */
const FRESH_MS = 20_000;
/** How long listeners' logs may take to catch up at last. */
const CATCH_UP_MS = 3_000;

interface Applied extends AppliedPolicy, Moment {}

/** @param scene namespaces that the run created, or one where nobody else has the run's label */
export async function playCanary(
  context: Context,
  scene: Scene,
  script: Script,
  { thorough, strict }: PlayOptions,
): Promise<Capabilities> {
  const startedAt = context.clock.now();
  const stage = new Stage(context, scene, { strict, tolerant: thorough });
  const play = new Play(context, scene, script, stage);
  const early = script.policies.filter(
    ({ name, spec }) => typeof spec !== 'function' && (!thorough || name === NEWCOMER),
  );
  await Promise.all([play.apply(early), play.enter(thorough)]);
  if (thorough) await play.baseline();
  const appliedAt = context.clock.now();
  const late = script.policies.filter((policy) => !early.includes(policy));
  await Promise.all([play.apply(late), thorough ? play.newcomer() : undefined]);
  const ruling = await play.settle(appliedAt);
  const settledAt = context.clock.now();
  const recovered = thorough ? await play.remove() : undefined;
  if (!thorough) await play.leave();
  return assess({
    script,
    scene,
    stage,
    ...ruling,
    watchedFrom: thorough ? appliedAt : 0,
    settledAt,
    applied: play.applied,
    away: awayFault(context.cluster.lastUnreachable(), startedAt),
    recovered,
  });
}

class Play {
  readonly #context: Context;
  readonly #scene: Scene;
  readonly #script: Script;
  readonly #stage: Stage;
  readonly applied: Applied[] = [];

  constructor(context: Context, scene: Scene, script: Script, stage: Stage) {
    this.#context = context;
    this.#scene = scene;
    this.#script = script;
    this.#stage = stage;
  }

  async apply(policies: readonly CanaryPolicy[]): Promise<void> {
    const addressOf = (actor: string): string => this.#stage.pod(actor)?.ip ?? '';
    await Promise.all(
      policies.map(async (policy) => {
        const manifest = manifestOf(this.#scene, policy, addressOf);
        const created = await applyPolicy(this.#context, manifest, 'canary');
        this.applied.push({ ...created, policy: policy.name, at: this.#context.clock.now() });
      }),
    );
  }

  /** Listeners, then sources, whose questions hold the listeners' addresses. */
  async enter(thorough: boolean): Promise<void> {
    const { cells } = this.#script;
    const cast = castFor(this.#scene, cells);
    const served = new Set(cells.filter(({ service }) => service).map(({ to }) => to));
    await Promise.all([
      this.#stage.listen(cast.filter(({ role }) => role === 'listener')),
      ...cast.filter(({ name }) => served.has(name)).map(({ name, who }) => this.#stage.serve(name, who)),
    ]);
    const sources = cast.filter(({ role, name }) => role === 'source' && name !== NEWCOMER);
    await Promise.all([
      ...sources.map((actor, index) => {
        const asks = this.#asksOf(actor.name);
        return thorough
          ? this.#stage.speak(actor, index === 0 ? [...asks, LOOKUP] : asks)
          : this.#stage.speak(actor, asks, HASTY);
      }),
      thorough ? ticker(this.#stage, this.#script) : undefined,
    ]);
  }

  async newcomer(): Promise<void> {
    const actor = castFor(this.#scene, this.#script.cells).find(({ name }) => name === NEWCOMER);
    if (actor) await this.#stage.speak(actor, this.#asksOf(actor.name));
  }

  /** Everybody reaches everybody, or has had the time to. */
  baseline(): Promise<void> {
    return this.#until(BASELINE_MS, () =>
      this.#asked().every(({ rounds, echo }) => rounds.some((line) => isReached(line, echo))),
    );
  }

  /**
   * What is so once all cells are as expected; or else what the sources tell of a time by which they should be.
   * Every listener's log has caught up.
   */
  async settle(since: number): Promise<Ruling> {
    const rulings: Ruling[] = [];
    let nextLook = since + LOOK_MS;
    await this.#until(APPLY_MS, async (signal) => {
      const now = this.#context.clock.now();
      const seen = seenSince(this.#stage, since);
      if (!asExpected(seen) && now < nextLook) return false;
      nextLook = now + LOOK_MS;
      rulings.push(await this.#rule(seen, signal));
      return isHeld(rulings.at(-1));
    });
    const last = rulings.at(-1);
    if (last !== undefined && isHeld(last)) return last;
    const seen = await this.#fresh();
    const late = await withDeadline(this.#context.signal, CATCH_UP_MS, (signal) => this.#rule(seen, signal));
    return remembering(rulings, late);
  }

  /** The latest rounds, begun no earlier than now: a busy source may be telling of long ago. */
  async #fresh(): Promise<readonly Seen[]> {
    const now = this.#context.clock.now();
    const told = (): boolean => seenSince(this.#stage, now).every(({ rounds }) => rounds.length === STREAK);
    await this.#until(FRESH_MS, told);
    return seenSince(this.#stage, now);
  }

  async #rule(seen: readonly Seen[], signal: AbortSignal): Promise<Ruling> {
    const now = this.#context.clock.now();
    await Promise.all([...this.#stage.listeners.values()].map(({ log }) => log.reached(now, signal)));
    return rule(this.#context, this.#stage, seen, judge);
  }

  /** Leaves the place free for another play. */
  async leave(): Promise<void> {
    this.#stage.leave();
    await this.#takeAway();
  }

  #takeAway(): Promise<readonly Moment[]> {
    return Promise.all(
      this.applied.map(async ({ namespace, name, uid, policy }) => {
        await this.#context.cluster.delete('NetworkPolicy', namespace, name, uid);
        return { policy, at: this.#context.clock.now() };
      }),
    );
  }

  /** Takes the policies away; what did not open again. */
  async remove(): Promise<Recovery> {
    const removedAt = this.#context.clock.now();
    const removed = await this.#takeAway();
    const isOpen = ({ rounds, voice, index }: Seen): boolean => {
      const last = rounds.at(-1);
      return last !== undefined && isReached(last, voice.asks[index]?.order.echo === true);
    };
    await this.#until(REMOVE_MS, () => seenSince(this.#stage, removedAt).every(isOpen));
    if (seenSince(this.#stage, removedAt).every(isOpen)) return { removed, closed: [], untold: [] };
    const shut = (await this.#fresh()).filter((seen) => !isOpen(seen));
    const isClosed = ({ rounds }: Seen): boolean => rounds.length === STREAK && rounds.every(isDenied);
    return {
      removed,
      closed: shut.filter(isClosed).map(({ cell }) => cell),
      untold: shut.filter((seen) => !isClosed(seen)).map(({ cell }) => cell),
    };
  }

  #asksOf(actor: string) {
    return this.#script.cells.flatMap((cell) => {
      const order = cell.from === actor ? this.#stage.orderFor(cell) : undefined;
      return order ? [{ cell, order }] : [];
    });
  }

  /** Everything that is asked of the canary's own pods, and what came of it. */
  #asked() {
    return [...this.#stage.voices.values()].flatMap(({ asks, results }) =>
      asks.flatMap(({ name, order }, index) =>
        name === DNS ? [] : [{ rounds: results[index] ?? [], echo: order.echo }],
      ),
    );
  }

  async #until(ms: number, done: (signal: AbortSignal) => boolean | Promise<boolean>): Promise<void> {
    await withDeadline(this.#context.signal, ms, async (signal) => {
      while (!signal.aborted && !(await done(signal))) await this.#stage.changed.next(signal);
    }).catch((error: unknown) => {
      if (!(error instanceof DeadlineError)) throw error;
    });
    this.#context.signal.throwIfAborted();
  }
}
