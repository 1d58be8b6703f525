/** Liveness, readiness and startup probes of one running container. */
import type { V1Container, V1Probe } from '@kubernetes/client-node';
import type { Wire } from '../api/object.ts';
import type { ContainerProcess } from './container-process.ts';

type Container = Wire<V1Container>;
type Probe = Wire<V1Probe>;
export type ProbeKind = 'liveness' | 'readiness' | 'startup';

export interface ProbeTarget {
  readonly podIP: string;
  readonly process: ContainerProcess;
  /** From the node's own network namespace, as the kubelet's probes come. */
  readonly get: (url: string, timeoutMs: number) => Promise<number>;
}

/** Why a try failed; undefined for success. */
type Try = () => Promise<string | undefined>;

const portOf = (port: string | number, container: Container): number =>
  typeof port === 'number'
    ? port
    : (container.ports?.find((one) => one.name === port)?.containerPort ?? Number(port));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a GET meets where nothing accepts connections; any other fault came after the handshake. */
const UNCONNECTED = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/;

function tryHttp(
  action: NonNullable<Probe['httpGet']>,
  container: Container,
  target: ProbeTarget,
  timeoutMs: number,
): Try {
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const path = action.path ?? '/';
  const url = `${scheme}://${action.host ?? target.podIP}:${portOf(action.port, container)}${path.startsWith('/') ? path : `/${path}`}`;
  return async () => {
    try {
      const status = await target.get(url, timeoutMs);
      return status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`;
    } catch (error) {
      return `Get "${url}": ${textOf(error)}`;
    }
  };
}

/** The network only offers HTTP: a peer that accepts and does not speak it was reached all the same. */
function tryTcp(
  action: NonNullable<Probe['tcpSocket']>,
  container: Container,
  target: ProbeTarget,
  timeoutMs: number,
): Try {
  const address = `${action.host ?? target.podIP}:${portOf(action.port, container)}`;
  return async () => {
    try {
      await target.get(`http://${address}/`, timeoutMs);
      return undefined;
    } catch (error) {
      const unconnected =
        UNCONNECTED.test(codeOf(error)) || /timed? ?out|refused|unreachable/i.test(textOf(error));
      return unconnected ? `dial tcp ${address}: ${textOf(error)}` : undefined;
    }
  };
}

function tryOf(probe: Probe, container: Container, target: ProbeTarget): Try {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet) return tryHttp(probe.httpGet, container, target, timeoutMs);
  if (probe.tcpSocket) return tryTcp(probe.tcpSocket, container, target, timeoutMs);
  const command = probe.exec?.command;
  if (command)
    return async () =>
      (await target.process.run(command, timeoutMs)) ? undefined : 'command ended with an error';
  return async () => 'the sandbox has no gRPC probes';
}

export interface ProbeEvents {
  /** One try failed. */
  readonly unhealthy: (kind: ProbeKind, why: string) => void;
  /** The threshold was reached: the state changed to this one. */
  readonly turned: (kind: ProbeKind, success: boolean) => void;
}

/** Probes until stopped; the first try comes after `initialDelaySeconds`. */
class ProbeLoop {
  readonly #kind: ProbeKind;
  readonly #probe: Probe;
  readonly #attempt: Try;
  readonly #events: ProbeEvents;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #streak = { success: false, length: 0 };
  #state: boolean | undefined;

  constructor(kind: ProbeKind, probe: Probe, attempt: Try, events: ProbeEvents) {
    this.#kind = kind;
    this.#probe = probe;
    this.#attempt = attempt;
    this.#events = events;
  }

  start(): void {
    this.#after((this.#probe.initialDelaySeconds ?? 0) * 1000);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #after(ms: number): void {
    this.#timer = setTimeout(() => void this.#once(), ms);
  }

  async #once(): Promise<void> {
    const began = performance.now();
    const why = await this.#attempt();
    if (this.#stopped) return;
    this.#count(why);
    const period = (this.#probe.periodSeconds ?? 10) * 1000;
    if (!this.#stopped) this.#after(Math.max(0, period - (performance.now() - began)));
  }

  #count(why: string | undefined): void {
    const success = why === undefined;
    this.#streak = { success, length: this.#streak.success === success ? this.#streak.length + 1 : 1 };
    if (!success) this.#events.unhealthy(this.#kind, why);
    const threshold = success ? (this.#probe.successThreshold ?? 1) : (this.#probe.failureThreshold ?? 3);
    if (this.#streak.length < threshold || this.#state === success) return;
    this.#state = success;
    this.#events.turned(this.#kind, success);
  }
}

/** Starts a container's probes, those for liveness and readiness once it has started; returns what stops them. */
export function probe(container: Container, target: ProbeTarget, events: ProbeEvents): () => void {
  const loops: ProbeLoop[] = [];
  const begin = (kind: ProbeKind, spec: Probe | undefined, on: ProbeEvents): void => {
    if (!spec) return;
    const loop = new ProbeLoop(kind, spec, tryOf(spec, container, target), on);
    loops.push(loop);
    loop.start();
  };
  const beginOthers = (): void => {
    begin('liveness', container.livenessProbe, events);
    begin('readiness', container.readinessProbe, events);
  };
  if (container.startupProbe)
    begin('startup', container.startupProbe, {
      ...events,
      turned: (kind, success) => {
        loops[0]?.stop();
        events.turned(kind, success);
        if (success) beginOthers();
      },
    });
  else beginOthers();
  return () => loops.forEach((loop) => loop.stop());
}
