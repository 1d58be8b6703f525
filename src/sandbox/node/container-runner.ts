/** One container of one pod: its runs one after the other, by image, restart policy, probes and back-off. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { V1Container, V1ContainerState, V1ContainerStatus } from '@kubernetes/client-node';
import { type Wire, timestamp } from '../api/object.ts';
import type { ContainerProcess } from './container-process.ts';
import { ConfigError } from './environment.ts';
import { StartError, pullable } from './image.ts';
import type { LogFile } from './log-file.ts';
import { type ProbeKind, probe } from './probing.ts';

export type ContainerSpec = Wire<V1Container>;
export type ContainerState = Wire<V1ContainerState>;

/** What a runner asks of its pod. */
export interface RunnerHost {
  readonly now: () => number;
  readonly podIP: () => string;
  readonly newLog: (container: string) => LogFile;
  /** Throws ConfigError or StartError. */
  readonly start: (container: ContainerSpec, log: LogFile) => Promise<ContainerProcess>;
  readonly get: (url: string, timeoutMs: number) => Promise<number>;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** Something in `status` changed. */
  readonly changed: () => void;
  /** Grace of a container that its liveness probe ends, in seconds. */
  readonly graceSeconds: () => number;
}

const FIRST_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;
const START_ERROR = 128;

export class ContainerRunner {
  readonly spec: ContainerSpec;
  readonly #host: RunnerHost;
  readonly #stop = new AbortController();
  #state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  #lastState: ContainerState = {};
  #restarts = 0;
  #ready = false;
  #started = false;
  #id = '';
  #process: ContainerProcess | undefined;
  #kill: NodeJS.Timeout | undefined;

  constructor(spec: ContainerSpec, host: RunnerHost) {
    this.spec = spec;
    this.#host = host;
  }

  get status(): Wire<V1ContainerStatus> {
    return {
      name: this.spec.name,
      image: this.spec.image ?? '',
      imageID: this.#id ? `sandbox://${this.spec.image}` : '',
      ...(this.#id ? { containerID: `netproof://${this.#id}` } : {}),
      state: this.#state,
      lastState: this.#lastState,
      ready: this.#ready,
      started: this.#started,
      restartCount: this.#restarts,
    };
  }

  get succeeded(): boolean {
    return this.#state.terminated?.exitCode === 0;
  }

  /** Waiting for something before it, e.g. an init container. */
  wait(reason: string): void {
    this.#state = { waiting: { reason } };
  }

  /** Resolves when the container will not run again. */
  async run(policy: string): Promise<void> {
    for (let backoff = 0; !this.#stop.signal.aborted;) {
      if (!(await this.#pulled())) return;
      const exitCode = await this.#once();
      if (exitCode === undefined) continue;
      const again = policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
      if (!again || this.#stop.signal.aborted) return;
      this.#lastState = this.#state;
      if (backoff > 0) await this.#backOff(backoff);
      backoff = backoff === 0 ? FIRST_BACKOFF_MS : Math.min(backoff * 2, MAX_BACKOFF_MS);
      if (this.#stop.signal.aborted) return;
      this.#restarts++;
    }
  }

  /** Ends the container for good: SIGTERM, and SIGKILL after the grace. */
  stop(graceSeconds: number): void {
    this.#stop.abort();
    if (this.#process) this.#end(graceSeconds);
  }

  #end(graceSeconds: number): void {
    const running = this.#process;
    clearTimeout(this.#kill);
    running?.signal(graceSeconds > 0 ? 'SIGTERM' : 'SIGKILL');
    this.#kill = setTimeout(() => running?.signal('SIGKILL'), graceSeconds * 1000);
  }

  /** False when stopped while the image could not be had. */
  async #pulled(): Promise<boolean> {
    const image = this.spec.image ?? '';
    const { event } = this.#host;
    for (let backoff = FIRST_BACKOFF_MS; !pullable(image); backoff = Math.min(backoff * 2, MAX_BACKOFF_MS)) {
      event('Normal', 'Pulling', `Pulling image "${image}"`);
      const why = `failed to pull and unpack image "${image}": not found`;
      event('Warning', 'Failed', `Failed to pull image "${image}": ${why}`);
      event('Warning', 'Failed', 'Error: ErrImagePull');
      this.#set({ waiting: { reason: 'ErrImagePull', message: why } });
      // The kubelet shows the first state for one sync before it backs off.
      await this.#sleep(1000);
      const message = `Back-off pulling image "${image}"`;
      event('Normal', 'BackOff', message);
      event('Warning', 'Failed', 'Error: ImagePullBackOff');
      this.#set({ waiting: { reason: 'ImagePullBackOff', message } });
      await this.#sleep(backoff);
      if (this.#stop.signal.aborted) return false;
    }
    event('Normal', 'Pulled', `Container image "${image}" already present on machine`);
    return true;
  }

  /** One run; undefined if it could not be configured and is to be tried again. */
  async #once(): Promise<number | undefined> {
    const host = this.#host;
    const startedAt = timestamp(host.now());
    const log = host.newLog(this.spec.name);
    try {
      this.#process = await host.start(this.spec, log);
    } catch (error) {
      log.end();
      return this.#unstarted(error, startedAt);
    }
    this.#id = randomBytes(32).toString('hex');
    host.event('Normal', 'Created', `Created container: ${this.spec.name}`);
    host.event('Normal', 'Started', `Started container ${this.spec.name}`);
    this.#started = !this.spec.startupProbe;
    this.#ready = this.#started && !this.spec.readinessProbe;
    this.#set({ running: { startedAt } });
    if (this.#stop.signal.aborted) this.#end(host.graceSeconds());
    const unprobe = this.#probe(this.#process);
    const exitCode = await this.#process.exited;
    unprobe();
    this.#ended(exitCode, exitCode === 0 ? 'Completed' : 'Error', startedAt);
    return exitCode;
  }

  #ended(exitCode: number, reason: string, startedAt: string, message?: string): void {
    clearTimeout(this.#kill);
    this.#process = undefined;
    this.#ready = false;
    this.#started = false;
    const containerID = this.#id ? { containerID: `netproof://${this.#id}` } : {};
    const finishedAt = timestamp(this.#host.now());
    this.#set({
      terminated: {
        exitCode,
        reason,
        startedAt,
        finishedAt,
        ...containerID,
        ...(message ? { message } : {}),
      },
    });
  }

  async #unstarted(error: unknown, startedAt: string): Promise<number | undefined> {
    const message = error instanceof Error ? error.message : String(error);
    this.#host.event('Warning', 'Failed', `Error: ${message}`);
    if (!(error instanceof ConfigError)) {
      this.#ended(
        START_ERROR,
        error instanceof StartError ? 'StartError' : 'ContainerCannotRun',
        startedAt,
        message,
      );
      return START_ERROR;
    }
    this.#set({ waiting: { reason: 'CreateContainerConfigError', message } });
    await this.#sleep(FIRST_BACKOFF_MS);
    return undefined;
  }

  async #backOff(ms: number): Promise<void> {
    const { name } = this.spec;
    this.#host.event('Warning', 'BackOff', `Back-off restarting failed container ${name}`);
    this.#set({
      waiting: {
        reason: 'CrashLoopBackOff',
        message: `back-off ${ms / 1000}s restarting failed container=${name}`,
      },
    });
    await this.#sleep(ms);
    if (this.#stop.signal.aborted) this.#set(this.#lastState);
  }

  #probe(running: ContainerProcess): () => void {
    const target = { podIP: this.#host.podIP(), process: running, get: this.#host.get };
    const name = (kind: ProbeKind): string => `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    return probe(this.spec, target, {
      unhealthy: (kind, why) =>
        this.#host.event('Warning', 'Unhealthy', `${name(kind)} probe failed: ${why}`),
      turned: (kind, success) => {
        if (kind === 'readiness') this.#ready = success;
        else if (!success) this.#failedProbe(kind);
        else if (kind === 'startup') {
          this.#started = true;
          this.#ready = !this.spec.readinessProbe;
        }
        this.#host.changed();
      },
    });
  }

  #failedProbe(kind: ProbeKind): void {
    const message = `Container ${this.spec.name} failed ${kind} probe, will be restarted`;
    this.#host.event('Normal', 'Killing', message);
    this.#end(this.#host.graceSeconds());
  }

  #set(state: ContainerState): void {
    this.#state = state;
    this.#host.changed();
  }

  /** Ends early when stopped. */
  async #sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
