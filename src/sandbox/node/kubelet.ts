/** The kubelets of all nodes: each runs the pods that are bound to it. */
import { mkdirSync } from 'node:fs';
import type { ContainerLog, LogSource } from '../api/log-source.ts';
import type { Pod } from '../api/object.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { PodWorker } from './pod-worker.ts';

/** Marks pods that the node runs by itself; here those that the network brings. */
export const MIRROR = 'kubernetes.io/config.mirror';

const isOver = ({ status }: Pod): boolean => ['Succeeded', 'Failed'].includes(status?.phase ?? '');

export class Kubelets implements LogSource {
  readonly #context: KubeletContext;
  readonly #workers = new Map<string, PodWorker>();

  constructor(context: KubeletContext) {
    this.#context = context;
    mkdirSync(context.folder, { recursive: true });
  }

  /** Takes up the pods that there are, and every later one. */
  start(): void {
    const { store } = this.#context;
    for (const pod of store.list('pods')) this.#see(pod);
    store.subscribe('pods', ({ type, revision: { object } }) => {
      if (type === 'DELETED') this.#gone(object);
      else this.#see(object);
    });
  }

  log(podUid: string, container: string, previous: boolean): ContainerLog | undefined {
    return this.#workers.get(podUid)?.log(container, previous);
  }

  #see(pod: Pod): void {
    const known = this.#workers.get(pod.metadata.uid);
    if (known) return known.update(pod);
    const node = this.#context.network.nodes.find(({ name }) => name === pod.spec.nodeName);
    if (!node || isOver(pod) || pod.metadata.annotations?.[MIRROR] !== undefined) return undefined;
    const worker = new PodWorker(pod, node, this.#context);
    this.#workers.set(pod.metadata.uid, worker);
    // Not within the delivery of the change that brought the pod.
    setImmediate(() => worker.start());
    return undefined;
  }

  #gone({ metadata: { uid } }: Pod): void {
    const worker = this.#workers.get(uid);
    if (!worker) return;
    this.#workers.delete(uid);
    worker.terminate(0);
    worker.discard();
  }
}
