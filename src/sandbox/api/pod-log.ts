/** `pods/<name>/log`: a container's log, once or followed. */
import type { ServerResponse } from 'node:http';
import { type LineOptions, readLines, shownLines, tailPosition } from './log-lines.ts';
import type { ContainerLog, LogSource } from './log-source.ts';
import type { Pod } from './object.ts';
import { badRequest } from './refusal.ts';

interface LogRequest extends LineOptions {
  readonly follow: boolean;
  readonly tailLines?: number;
  readonly limitBytes: number;
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid ${name}: must be a non-negative integer, got "${text}"`);
  return Number(text);
}

function readRequest(query: URLSearchParams, now: number): LogRequest {
  const seconds = wholeNumber(query, 'sinceSeconds');
  const time = query.get('sinceTime');
  const from = seconds === undefined ? (time === null ? undefined : Date.parse(time)) : now - seconds * 1000;
  if (Number.isNaN(from)) throw badRequest(`invalid sinceTime "${time}"`);
  const tailLines = wholeNumber(query, 'tailLines');
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    limitBytes: wholeNumber(query, 'limitBytes') ?? Infinity,
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(from === undefined ? {} : { since: new Date(from).toISOString() }),
  };
}

/** The container that is meant; throws 400 if that is not clear. */
function containerOf(pod: Pod, asked: string | null): string {
  const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((one) => one.name);
  if (asked) {
    if (!names.includes(asked))
      throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  const only = pod.spec.containers[0]?.name;
  if (names.length === 1 && only !== undefined) return only;
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
  );
}

function missing(pod: Pod, container: string, previous: boolean): Error {
  const { name, uid } = pod.metadata;
  if (previous) return badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const waiting = statuses.find((one) => one.name === container)?.state?.waiting?.reason;
  if (waiting === 'ErrImagePull' || waiting === 'ImagePullBackOff')
    return badRequest(
      `container "${container}" in pod "${name}" is waiting to start: trying and failing to pull image`,
    );
  const reason = waiting ?? (pod.spec.nodeName ? 'ContainerCreating' : undefined);
  return reason === undefined
    ? badRequest(`pod ${name} (${uid}) does not have a host assigned`)
    : badRequest(`container "${container}" in pod "${name}" is waiting to start: ${reason}`);
}

/** Sends lines as they come, never more than the client takes. */
class LogStream {
  readonly #log: ContainerLog;
  readonly #request: LogRequest;
  readonly #response: ServerResponse;
  #position: number;
  #left: number;
  #paused = false;

  constructor(log: ContainerLog, request: LogRequest, response: ServerResponse) {
    this.#log = log;
    this.#request = request;
    this.#response = response;
    this.#left = request.limitBytes;
    this.#position = request.tailLines === undefined ? 0 : tailPosition(log, request.tailLines);
  }

  start(): void {
    const unsubscribe = this.#log.subscribe(() => this.#pump());
    this.#response.once('close', unsubscribe);
    this.#response.on('drain', () => {
      this.#paused = false;
      this.#pump();
    });
    this.#pump();
  }

  #pump(): void {
    const { size } = this.#log;
    while (!this.#paused && !this.#response.writableEnded && this.#position < size) this.#sendBlock(size);
    const complete = this.#position >= this.#log.size && (this.#log.ended || !this.#request.follow);
    if ((complete && !this.#paused) || this.#left <= 0) this.#response.end();
  }

  #sendBlock(end: number): void {
    const lines = readLines(this.#log, this.#position, end);
    this.#position += lines.length;
    const shown = shownLines(lines, this.#request).subarray(0, this.#left);
    this.#left -= shown.length;
    if (shown.length > 0) this.#paused = !this.#response.write(shown);
    if (this.#left <= 0) this.#response.end();
  }
}

/** Throws 400 when there is no log to send. */
export function sendLog(
  pod: Pod,
  query: URLSearchParams,
  source: LogSource,
  response: ServerResponse,
  now: number,
): void {
  const request = readRequest(query, now);
  const container = containerOf(pod, query.get('container'));
  const previous = query.get('previous') === 'true';
  const log = source.log(pod.metadata.uid, container, previous);
  if (!log) throw missing(pod, container, previous);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  new LogStream(log, request, response).start();
}
