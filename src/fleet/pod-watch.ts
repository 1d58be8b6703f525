/** The newest state of every pod of the run, and waiting for it to become something. */
import type { Clock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { V1Pod } from '../cluster/types.ts';
import { RUN_LABEL } from '../model/labels.ts';
import { podState, type PodState } from './pod-state.ts';

type Listener = () => void;

/** How long the watch may be silent about a pod before it is asked for by name, milliseconds. */
const CONFIRM_MS = 2000;

export class PodWatch {
  readonly #cluster: Cluster;
  readonly #runId: string;
  readonly #signal: AbortSignal;
  readonly #clock: Pick<Clock, 'wait'>;
  /** By `namespace/name`; null once it was seen to be deleted. */
  readonly #pods = new Map<string, V1Pod | null>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #watches = new Map<string, Promise<void>>();
  #broken: unknown;

  /** @param signal ends the watches; it outlives the run's own signal, since clean-up watches too */
  constructor(cluster: Cluster, runId: string, signal: AbortSignal, clock: Pick<Clock, 'wait'>) {
    this.#clock = clock;
    this.#cluster = cluster;
    this.#runId = runId;
    this.#signal = signal;
  }

  state(namespace: string, name: string): PodState {
    const pod = this.#pods.get(`${namespace}/${name}`);
    if (pod === null) return { kind: 'ended', ok: false, why: 'deleted' };
    return pod === undefined ? { kind: 'starting' } : podState(pod);
  }

  pod(namespace: string, name: string): V1Pod | undefined {
    return this.#pods.get(`${namespace}/${name}`) ?? undefined;
  }

  /**
   * For a pod that was created. Resolves with the first value other than undefined that `look` gives; it is asked
   * at once and after every change of this pod. Rejects with the signal's reason when that aborts, or with the
   * watch's own failure.
   */
  until<T>(
    namespace: string,
    name: string,
    look: (state: PodState, pod: V1Pod | undefined) => T | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    this.#watchNamespace(namespace);
    const key = `${namespace}/${name}`;
    if (!this.#listeners.has(key)) void this.#confirm(namespace, name);
    return new Promise<T>((resolve, reject) => {
      const check = (): void => {
        try {
          if (this.#broken !== undefined) throw this.#broken;
          signal.throwIfAborted();
          const found = look(this.state(namespace, name), this.pod(namespace, name));
          if (found === undefined) return;
          finish();
          resolve(found);
        } catch (error) {
          finish();
          reject(error as Error);
        }
      };
      const finish = (): void => {
        this.#listeners.get(key)?.delete(check);
        signal.removeEventListener('abort', check);
      };
      const waiting = this.#listeners.get(key) ?? new Set();
      waiting.add(check);
      this.#listeners.set(key, waiting);
      signal.addEventListener('abort', check);
      check();
    });
  }

  #watchNamespace(namespace: string): void {
    if (this.#watches.has(namespace)) return;
    const watching = this.#cluster
      .watch(
        'Pod',
        { namespace, labelSelector: `${RUN_LABEL}=${this.#runId}` },
        ({ type, object }) => this.#take(object, type === 'deleted'),
        this.#signal,
      )
      .catch((error: unknown) => {
        this.#broken = error;
        for (const listeners of this.#listeners.values()) for (const listener of listeners) listener();
      });
    this.#watches.set(namespace, watching);
  }

  /** The watch does not tell of a pod that was deleted before its first look at the namespace. */
  async #confirm(namespace: string, name: string): Promise<void> {
    const key = `${namespace}/${name}`;
    for (;;) {
      await this.#clock.wait(CONFIRM_MS, this.#signal);
      if (this.#pods.has(key) || this.#signal.aborted) return;
      // A failure is the watch's own to tell.
      const there = await this.#cluster.metadata('Pod', namespace, name).catch(() => true);
      if (there === undefined && !this.#pods.has(key)) this.#set(key, null);
    }
  }

  #take(pod: V1Pod, deleted: boolean): void {
    this.#set(`${pod.metadata?.namespace}/${pod.metadata?.name}`, deleted ? null : withoutPayload(pod));
  }

  #set(key: string, pod: V1Pod | null): void {
    this.#pods.set(key, pod);
    for (const listener of this.#listeners.get(key) ?? []) listener();
  }
}

/** A pod carries the agent and its orders, some 30 KB: nothing to hold for every pod of a large fleet. */
function withoutPayload({ spec, ...pod }: V1Pod): V1Pod {
  const { nodeName } = spec ?? {};
  return { ...pod, spec: { ...(nodeName === undefined ? {} : { nodeName }), containers: [] } };
}
