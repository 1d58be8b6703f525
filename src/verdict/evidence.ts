/**
 * The controls of a run, as an index over its record: at a probe's time, did its listener listen, could its
 * source speak, did anything pass between their nodes, has anybody reached its target?
 */
import type {
  Attempt,
  ListenerRecord,
  Observation,
  ProbeRecord,
  ProberRecord,
  RunRecord,
} from '../model/record.ts';
import { portKey } from '../model/scenario.ts';
import { type Stall, stallsOf, stoodStill } from './stall.ts';
import { Timelines } from './timeline.ts';

/**
 * How far from a probe's own attempts a control may lie and still speak for the same window: two of the longest
 * beats and the time a line takes.
 */
export const WINDOW_SLACK_MS = 5000;

/** From a probe's first to its last sign, and the start of its last attempt. */
export interface Window {
  readonly from: number;
  readonly lastStart: number;
  readonly to: number;
}

export function windowOf(observation: Observation): Window {
  let from = Infinity;
  let lastStart = -Infinity;
  let to = -Infinity;
  for (const attempt of observation.attempts) {
    from = Math.min(from, attempt.at);
    lastStart = Math.max(lastStart, attempt.at);
    to = Math.max(to, attempt.at + attempt.ms);
  }
  return { from, lastStart, to };
}

/** An answer that only the far end can have given, or a target that nobody stands in for. */
export function answered(probe: ProbeRecord, attempt: Attempt): boolean {
  if (attempt.outcome !== 'connected') return false;
  return probe.listener === undefined || (attempt.echoed === true && attempt.by === probe.listener);
}

export class Evidence {
  readonly #probers = new Map<string, ProberRecord>();
  readonly #listeners = new Map<string, ListenerRecord>();
  readonly #stalls = new Map<string, readonly Stall[]>();
  /** Keys: `port:<pod> <port>`, `link:<pod>`, `spoke:<prober>`, `path:<node> <node>`. */
  readonly #shown = new Timelines();
  /** Keys: `alive:<pod> <port>`. */
  readonly #told = new Timelines();
  /** Who reached a target: key `<endpoint> <host>`, value the sources; `''` is the control outside all policies. */
  readonly #reachedBy = new Map<string, Set<string>>();

  constructor(record: RunRecord) {
    for (const prober of record.probers) this.#addProber(prober);
    for (const listener of record.listeners) this.#addListener(listener);
    for (const probe of record.probes) if (probe.observation) this.#addProbe(probe, probe.observation);
    this.#addControls(record);
  }

  prober(pod: string): ProberRecord | undefined {
    return this.#probers.get(pod);
  }

  listener(pod: string): ListenerRecord | undefined {
    return this.#listeners.get(pod);
  }

  /**
   * Was the listener's socket answering when the last attempt was made or later? A listener never restarts,
   * so one that answers afterwards answered all along.
   */
  port(pod: string, port: string, window: Window): 'reached' | 'self' | 'none' {
    const until = window.to + WINDOW_SLACK_MS;
    if (this.#shown.within(`port:${pod} ${port}`, window.lastStart, until)) return 'reached';
    return this.#told.within(`alive:${pod} ${port}`, window.lastStart, until) ? 'self' : 'none';
  }

  /** Did any packet from outside the pod reach it about then? */
  link(pod: string, window: Window): boolean {
    return this.#near(`link:${pod}`, window);
  }

  source(pod: string, window: Window): 'spoke' | 'kubelet' | 'none' {
    if (this.#near(`spoke:${pod}`, window)) return 'spoke';
    return this.#near(`link:${pod}`, window) ? 'kubelet' : 'none';
  }

  path(fromNode: string, toNode: string, window: Window): 'reached' | 'none' {
    return this.#near(`path:${fromNode} ${toNode}`, window) ? 'reached' : 'none';
  }

  /** Did the listener's event loop stand still so long that it may have missed the attempts? */
  stalled(pod: string, window: Window): boolean {
    return stoodStill(this.#stalls.get(pod) ?? [], window);
  }

  /** Who else reached this target in the run: the control pods, or a source other than this one. */
  target(probe: ProbeRecord): 'control' | 'other-source' | 'none' {
    const sources = this.#reachedBy.get(`${probe.endpoint} ${probe.host}`);
    if (sources?.has('')) return 'control';
    for (const source of sources ?? []) if (source !== probe.source) return 'other-source';
    return 'none';
  }

  #near(key: string, window: Window): boolean {
    return this.#shown.within(key, window.from - WINDOW_SLACK_MS, window.to + WINDOW_SLACK_MS);
  }

  #addProber(prober: ProberRecord): void {
    this.#probers.set(prober.pod, prober);
    for (const at of prober.kubeletAt) this.#shown.add(`link:${prober.pod}`, at);
  }

  #addListener(listener: ListenerRecord): void {
    this.#listeners.set(listener.pod, listener);
    this.#stalls.set(listener.pod, stallsOf(listener));
    for (const at of listener.kubeletAt) this.#shown.add(`link:${listener.pod}`, at);
    for (const [port, times] of Object.entries(listener.alive)) {
      for (const at of times) this.#told.add(`alive:${listener.pod} ${port}`, at);
    }
  }

  #addProbe(probe: ProbeRecord, observation: Observation): void {
    const prober = this.#probers.get(probe.prober);
    for (const attempt of observation.attempts) {
      if (!answered(probe, attempt)) continue;
      const at = attempt.at + attempt.ms;
      if (probe.listener !== undefined) {
        this.#shown.add(`port:${probe.listener} ${portKey(probe.port)}`, at);
        this.#shown.add(`spoke:${probe.prober}`, at);
      } else if (prober?.blackhole !== 'connected') {
        this.#shown.add(`spoke:${probe.prober}`, at);
        this.#addReached(probe, probe.source);
      }
    }
    if (probe.listener === undefined) return;
    const listener = this.#listeners.get(probe.listener);
    for (const sighting of observation.seen) {
      this.#shown.add(`link:${probe.listener}`, sighting.at);
      if (prober && listener) this.#shown.add(`path:${prober.node} ${listener.node}`, sighting.at);
    }
  }

  #addControls(record: RunRecord): void {
    for (const control of record.controls) {
      for (const [at, outcome] of control.rounds) {
        if (outcome !== 'connected') continue;
        if (control.to.kind === 'node') this.#shown.add(`path:${control.fromNode} ${control.to.node}`, at);
        else this.#addReached(control.to, '');
      }
    }
  }

  #addReached(target: { readonly endpoint: string; readonly host: string }, source: string): void {
    const key = `${target.endpoint} ${target.host}`;
    const sources = this.#reachedBy.get(key);
    if (sources) sources.add(source);
    else this.#reachedBy.set(key, new Set([source]));
  }
}
