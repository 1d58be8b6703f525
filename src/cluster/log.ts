/** A container's log from its first line to its last, whatever happens to the connection. */
import type { Api, Call } from './api.ts';
import { backoffMs, createPatience } from './backoff.ts';
import { type ContainerState, containerState } from './container-state.ts';
import { isFault, isTransient, statusOf } from './errors.ts';
import { createLineSplitter, linesOf } from './lines.ts';
import { pathOf, RESOURCES } from './resources.ts';
import type { V1Pod } from './types.ts';

const MAX_LINE_BYTES = 1024 * 1024;
/** A connection that is silent for so long may be dead: it is opened again. */
const SILENCE_MS = 120_000;
/** A connection that lasted so long worked, even if nothing was written. */
const SOUND_MS = 5_000;

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  /** Absent: the pod's only one. */
  readonly container?: string | undefined;
  readonly onLine: (line: string) => void;
  readonly onRestart?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

/** Reads until the container ended and all was read, the pod is gone, or the signal aborts. */
export async function followContainerLog(api: Api, request: LogRequest): Promise<void> {
  const { signal } = request;
  const patience = createPatience(api.clock);
  const reader = new Reader(request);
  /** The container was known to have ended before the reading began: it reads all there will ever be. */
  let ended = false;
  for (let readings = 0; !signal.aborted; readings++) {
    try {
      if (readings > 0) ended = (await untilStarted(api, request)) === 'ended';
      await read(api, request, reader);
      if (ended || (await isComplete(api, request, reader.last))) return;
    } catch (error) {
      if (!isFault(error)) throw error;
      if (signal.aborted || statusOf(error) === 404) return;
      if (reader.worked(api.clock.now())) patience.restore();
      if (isNotStarted(error)) {
        if (ended) return;
        await api.clock.wait(backoffMs(readings, api.clock.random()), signal);
      } else if (isTransient(error)) await patience.wait(error, signal);
      else throw error;
    }
  }
}

/** Knows what was told, so that a second reading is announced. */
class Reader {
  readonly #request: LogRequest;
  #told = false;
  #progress = false;
  #openedAt = Infinity;
  last: string | undefined;

  constructor(request: LogRequest) {
    this.#request = request;
  }

  opened(now: number): void {
    this.#openedAt = now;
    if (this.#told) this.#request.onRestart?.();
    this.#told = false;
    this.last = undefined;
  }

  take(lines: readonly string[]): void {
    for (const line of lines) {
      this.last = line;
      this.#told = true;
      this.#progress = true;
      this.#request.onLine(line);
      if (this.#request.signal.aborted) return;
    }
  }

  /** Since this was last asked: was a connection opened that brought something, or at least lasted? */
  worked(now: number): boolean {
    const worked = this.#progress || now - this.#openedAt > SOUND_MS;
    this.#progress = false;
    this.#openedAt = Infinity;
    return worked;
  }
}

function logCall({ namespace, pod, container, signal }: LogRequest, query: Call['query']): Call {
  return { path: pathOf(RESOURCES.Pod, namespace, pod, 'log'), query: { ...query, container }, signal };
}

async function read(api: Api, request: LogRequest, reader: Reader): Promise<void> {
  const response = await api.open(logCall(request, { follow: 'true' }), SILENCE_MS);
  reader.opened(api.clock.now());
  for await (const lines of linesOf(response, MAX_LINE_BYTES)) {
    reader.take(lines);
    if (request.signal.aborted) return;
  }
}

/**
 * After a stream that ended in good order: was that the log's end? Kubelets and API servers that shut down end
 * their streams in good order too, and a pod's status lags behind its container. So the state is read first and
 * the log's last line after it: a log whose container had ended by then does not grow any more.
 */
async function isComplete(api: Api, request: LogRequest, last: string | undefined): Promise<boolean> {
  for (let polls = 0; !request.signal.aborted; polls++) {
    const state = await stateOf(api, request);
    // An API server answers with an empty log for a pod that has no node yet.
    if (state === 'waiting') return false;
    const tail = await lastLine(api, request);
    // A kubelet keeps long lines in pieces and counts each as a line.
    if (tail !== undefined && last?.endsWith(tail) !== true) return false;
    if (state === 'ended') return true;
    await api.clock.wait(backoffMs(polls, api.clock.random()), request.signal);
  }
  return true;
}

async function lastLine(api: Api, request: LogRequest): Promise<string | undefined> {
  const splitter = createLineSplitter(MAX_LINE_BYTES);
  const lines = splitter.push(Buffer.from(await api.text(logCall(request, { tailLines: '1' }))));
  return splitter.rest() ?? lines.at(-1);
}

async function stateOf(api: Api, { namespace, pod, container, signal }: LogRequest): Promise<ContainerState> {
  const object = await api.json<V1Pod>({ path: pathOf(RESOURCES.Pod, namespace, pod), signal });
  return containerState(object, container);
}

/** The kubelet's words for a container without a log, passed on by the API server. */
function isNotStarted(error: unknown): boolean {
  return (
    statusOf(error) === 400 &&
    /waiting to start|is not available|is terminated|host assigned/.test((error as Error).message)
  );
}

/** Resolves when the container runs or has ended. */
async function untilStarted(api: Api, request: LogRequest): Promise<ContainerState> {
  for (let polls = 0; !request.signal.aborted; polls++) {
    const state = await stateOf(api, request);
    if (state !== 'waiting') return state;
    await api.clock.wait(backoffMs(polls, api.clock.random()), request.signal);
  }
  return 'waiting';
}
