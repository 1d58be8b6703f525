/** One pod on its node, from the network that it gets to the last of its processes. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { type Pod, same, timestamp } from '../api/object.ts';
import { coalesced } from '../control/later.ts';
import type { Attachment, NodeNetwork } from '../network/network.ts';
import type { ContainerProcess } from './container-process.ts';
import { startContainer } from './container-start.ts';
import { ContainerRunner, type ContainerSpec, type RunnerHost } from './container-runner.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { LogFile } from './log-file.ts';
import { phaseOf, podStatus, type PodFacts } from './pod-status.ts';

const RETRY_MS = 1000;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class PodWorker {
  readonly uid: string;
  readonly #context: KubeletContext;
  readonly #node: NodeNetwork;
  readonly #folder: string;
  readonly #init: readonly ContainerRunner[];
  readonly #main: readonly ContainerRunner[];
  readonly #logs = new Map<string, LogFile[]>();
  readonly #startTime: string;
  readonly #stop = new AbortController();
  readonly #syncSoon = coalesced(() => this.#sync());
  #pod: Pod;
  #attachment: Attachment | undefined;
  #failure: PodFacts['failure'];
  #deadline: NodeJS.Timeout | undefined;
  #graceSeconds = Infinity;
  /** Nothing of the pod runs any more, and it has left the network. */
  #over = false;
  #runs = 0;

  constructor(pod: Pod, node: NodeNetwork, context: KubeletContext) {
    this.uid = pod.metadata.uid;
    this.#pod = pod;
    this.#node = node;
    this.#context = context;
    this.#folder = join(context.folder, this.uid);
    this.#startTime = timestamp(context.now());
    const runner = (spec: ContainerSpec): ContainerRunner => new ContainerRunner(spec, this.#host(spec));
    this.#init = (pod.spec.initContainers ?? []).map(runner);
    this.#main = pod.spec.containers.map(runner);
    if (this.#init.length > 0) for (const one of this.#main) one.wait('PodInitializing');
  }

  start(): void {
    this.#sync();
    this.#armDeadline();
    this.#live().catch((error: unknown) => {
      this.#context.onFault(`pod ${this.uid}: ${textOf(error)}`);
    });
  }

  /** The stored pod has changed. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    if (pod.spec.activeDeadlineSeconds !== before.spec.activeDeadlineSeconds) this.#armDeadline();
    if (pod.metadata.deletionTimestamp) this.terminate(pod.metadata.deletionGracePeriodSeconds ?? 30);
    // A readiness gate's condition is set by others.
    if (!same(pod.status?.conditions, before.status?.conditions)) this.#syncSoon();
  }

  /** Ends the pod; again with a shorter grace to hurry. */
  terminate(graceSeconds: number): void {
    if (graceSeconds >= this.#graceSeconds) return;
    const first = this.#graceSeconds === Infinity;
    this.#graceSeconds = graceSeconds;
    this.#stop.abort();
    if (first) this.#tellKilling();
    for (const one of [...this.#init, ...this.#main]) one.stop(graceSeconds);
    if (this.#over) this.#finish();
  }

  log(container: string, previous: boolean): LogFile | undefined {
    return this.#logs.get(container)?.at(previous ? -2 : -1);
  }

  /** Forgets files and logs; for when the stored pod is gone and the pod is over. */
  discard(): void {
    for (const logs of this.#logs.values()) for (const log of logs) log.discard();
    this.#logs.clear();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #live(): Promise<void> {
    this.#attachment = await this.#attach();
    if (this.#attachment) {
      this.#sync();
      await this.#isolated();
      await this.#runContainers();
    }
    clearTimeout(this.#deadline);
    await this.#detach();
    this.#over = true;
    this.#finish();
  }

  /** Undefined if the pod was stopped before it got a network. */
  async #attach(): Promise<Attachment | undefined> {
    const { network } = this.#context;
    while (!this.#stop.signal.aborted) {
      try {
        return await network.attach(this.uid, this.#node.name);
      } catch (error) {
        this.#event('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${textOf(error)}`);
        await delay(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  /**
   * A new pod is isolated before it is started, once its policies have been handled (kubernetes.io, Network Policies,
   * "Pod lifecycle and network policies"). The network is told of its address at the end of this turn.
   */
  async #isolated(): Promise<void> {
    await nextTurn();
    // Whoever told the network hears of it.
    await this.#context.network.caughtUp().catch(() => undefined);
  }

  async #detach(): Promise<void> {
    try {
      if (this.#attachment) await this.#context.network.detach(this.uid);
    } catch (error) {
      this.#context.onFault(`detaching pod ${this.uid}: ${textOf(error)}`);
    }
  }

  async #runContainers(): Promise<void> {
    const { restartPolicy = 'Always' } = this.#pod.spec;
    // An init container that succeeded is done, whatever the policy for the others is.
    const initPolicy = restartPolicy === 'Always' ? 'OnFailure' : restartPolicy;
    for (const one of this.#init) {
      await one.run(initPolicy);
      if (!one.succeeded) return;
    }
    for (const one of this.#main) if (this.#init.length > 0) one.wait('ContainerCreating');
    await Promise.all(this.#main.map((one) => one.run(restartPolicy)));
  }

  /** Tells the last status; a deleted pod is then taken out of the store. */
  #finish(): void {
    this.#sync();
    const { namespace = '', name, deletionTimestamp, finalizers = [] } = this.#pod.metadata;
    if (deletionTimestamp && finalizers.length === 0)
      this.#context.store.remove('pods', namespace, name, this.uid);
  }

  #armDeadline(): void {
    clearTimeout(this.#deadline);
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined || this.#over) return;
    const left = Date.parse(this.#startTime) + seconds * 1000 - this.#context.now();
    this.#deadline = setTimeout(() => this.#deadlineExceeded(), Math.max(0, left));
  }

  #deadlineExceeded(): void {
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#failure = { reason: 'DeadlineExceeded', message };
    this.#event('Normal', 'DeadlineExceeded', message);
    this.terminate(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    this.#sync();
  }

  #tellKilling(): void {
    for (const { spec, status } of this.#main)
      if (status.state?.running)
        this.#event('Normal', 'Killing', `Stopping container ${spec.name}`, spec.name);
  }

  #sync(): void {
    const { store, now } = this.#context;
    const { namespace = '', name } = this.#pod.metadata;
    const pod = store.get('pods', namespace, name);
    if (pod?.metadata.uid !== this.uid) return;
    const facts: PodFacts = {
      pod,
      init: this.#init.map((one) => one.status),
      main: this.#main.map((one) => one.status),
      ...(this.#attachment ? { podIP: this.#attachment.ip } : {}),
      hostIP: this.#node.ip,
      startTime: this.#startTime,
      ...(this.#failure ? { failure: this.#failure } : {}),
      stopped: this.#stop.signal.aborted,
      now: timestamp(now()),
    };
    const status = podStatus(facts);
    // A pod is over for all others only when its processes are gone.
    const phase = this.#over || this.#failure || !['Succeeded', 'Failed'].includes(phaseOf(facts));
    const told = phase ? status : { ...status, phase: pod.status?.phase ?? 'Running' };
    if (!same(told, pod.status)) store.replace('pods', { ...pod, status: told });
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    this.#context.record(this.#pod, {
      type,
      reason,
      message,
      source: { component: 'kubelet', host: this.#node.name },
      ...(container === undefined ? {} : { fieldPath: `spec.containers{${container}}` }),
    });
  }

  #host(spec: ContainerSpec): RunnerHost {
    return {
      now: this.#context.now,
      podIP: () => this.#attachment?.ip ?? '',
      newLog: (container) => this.#newLog(container),
      start: (container, log) => this.#start(container, log),
      get: (url, timeoutMs) => this.#context.network.getFromNode(this.#node.name, url, timeoutMs),
      event: (type, reason, message) => this.#event(type, reason, message, spec.name),
      changed: () => this.#syncSoon(),
      graceSeconds: () => Math.min(this.#graceSeconds, this.#pod.spec.terminationGracePeriodSeconds ?? 30),
    };
  }

  #start(container: ContainerSpec, log: LogFile): Promise<ContainerProcess> {
    if (!this.#attachment) throw new Error('the pod has no network');
    const { store, dnsServer } = this.#context;
    const { ip: podIP, netns } = this.#attachment;
    const place = { pod: this.#pod, podIP, netns, hostIP: this.#node.ip, folder: this.#folder, dnsServer };
    return startContainer(container, place, store, log);
  }

  /** The newest log and the one before it are kept. */
  #newLog(container: string): LogFile {
    const logs = this.#logs.get(container) ?? [];
    const log = new LogFile(join(this.#context.folder, `${this.uid}-${container}-${this.#runs++}.log`));
    this.#logs.set(container, [...logs.slice(-1), log]);
    if (logs.length > 1) logs[0]?.discard();
    return log;
  }
}
