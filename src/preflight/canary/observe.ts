/**
 * What the canary's pods told, as a run's record, so that the run's own judge rules on every cell: a deny counts only
 * with its controls, here as everywhere.
 */
import type { Outcome, ResultLine } from '../../../probes/wire.ts';
import type { Context } from '../../fleet/context.ts';
import type { Listener } from '../../fleet/deploy.ts';
import type { Capabilities } from '../../model/capabilities.ts';
import type { Observation, ProbeRecord, ProberRecord, RunRecord } from '../../model/record.ts';
import type { Verdict } from '../../model/verdict.ts';
import { awayFault } from '../../probing/away.ts';
import { listenerRecord } from '../../probing/record.ts';
import { sightingsOf } from '../../probing/sightings.ts';
import type { CanaryCell } from './cells.ts';
import type { Ask, Stage, Voice } from './stage.ts';

/** Equal rounds at the end that count as an answer. */
export const STREAK = 2;
const DENIED: readonly Outcome[] = ['timed-out', 'refused', 'unreachable'];

/** One cell with the ends of its latest rounds. */
export interface Seen {
  readonly cell: CanaryCell;
  readonly voice: Voice;
  readonly index: number;
  /** The latest rounds that began late enough, at most STREAK. */
  readonly rounds: readonly ResultLine[];
}

export const startOf = ({ attempts, at }: ResultLine): number => attempts[0]?.at ?? at;
export const isDenied = ({ outcome }: ResultLine): boolean => DENIED.includes(outcome);
/** To one of ours: with our echo. */
export const isReached = ({ outcome, attempts }: ResultLine, echo: boolean): boolean =>
  outcome === 'connected' && (!echo || attempts.some((attempt) => attempt.echoed === true));

/** Every cell that is asked, with its rounds that began at `since` or later, on our clock. */
export function seenSince(stage: Stage, since: number): readonly Seen[] {
  return [...stage.voices.values()].flatMap((voice) =>
    voice.asks.flatMap(({ cell }: Ask, index) => {
      if (!cell) return [];
      const from = since - voice.resident.log.offsetMs;
      const rounds = (voice.results[index] ?? []).slice(-STREAK).filter((line) => startOf(line) >= from);
      return [{ cell, voice, index, rounds }];
    }),
  );
}

/** Denies have held for a streak; what must pass has passed since the last of them began. */
export function asExpected(seen: readonly Seen[]): boolean {
  const denies = seen.filter(({ cell }) => cell.expect === 'deny');
  if (!denies.every(({ rounds }) => rounds.length === STREAK && rounds.every(isDenied))) return false;
  const since = Math.max(0, ...denies.map(({ rounds, voice }) => ourStart(rounds[0], voice)));
  return seen
    .filter(({ cell }) => cell.expect === 'allow')
    .every(({ rounds, voice, index }) => {
      const last = rounds.at(-1);
      const echo = voice.asks[index]?.order.echo === true;
      return last !== undefined && isReached(last, echo) && ourStart(last, voice) >= since;
    });
}

function ourStart(line: ResultLine | undefined, { resident }: Voice): number {
  return line === undefined ? 0 : startOf(line) + resident.log.offsetMs;
}

export interface Judged {
  readonly cell: CanaryCell;
  readonly fromNode: string;
  readonly toNode: string;
  readonly verdict: Verdict;
}

export interface Ruling {
  readonly judged: readonly Judged[];
  readonly signature: Capabilities['denySignature'];
}

/** Rules on what was seen; `judge` is the run's. */
export function rule(
  context: Context,
  stage: Stage,
  seen: readonly Seen[],
  judge: (record: RunRecord) => readonly Verdict[],
): Ruling {
  const candidate = signatureOf(seen);
  const verdicts = judge(recordOf(context, stage, seen, candidate));
  const judged = seen.map(({ cell, voice }, index) => ({
    cell,
    fromNode: voice.resident.pod.node,
    toNode: stage.listeners.get(cell.to)?.pod.node ?? '',
    verdict: verdicts[index] as Verdict,
  }));
  return { judged, signature: signatureOf(seen.filter((_, index) => verdicts[index]?.verdict === 'pass')) };
}

export const isHeld = (ruling: Ruling | undefined): boolean =>
  ruling?.judged.every(({ verdict }) => verdict.verdict === 'pass') === true;

/**
 * A deny that once held with all its controls, and of which nothing can be told at last, did hold: a machine that
 * has become busy takes nothing back. Not so an allow, which may have passed before its policy came.
 */
export function remembering(earlier: readonly Ruling[], last: Ruling): Ruling {
  const held = new Map(
    earlier.flatMap(({ judged }) =>
      judged
        .filter(({ cell, verdict }) => cell.expect === 'deny' && verdict.verdict === 'pass')
        .map((each) => [each.cell, each] as const),
    ),
  );
  const outcomes = (transport: 'tcp' | 'udp'): Outcome[] =>
    [...new Set([...earlier, last].flatMap(({ signature }) => signature[transport]))].sort();
  return {
    judged: last.judged.map((each) =>
      each.verdict.verdict === 'inconclusive' ? (held.get(each.cell) ?? each) : each,
    ),
    signature: { tcp: outcomes('tcp'), udp: outcomes('udp') },
  };
}

/**
 * How denies look, of the streaks that hold. Kernels limit the ICMP answers that they send, and where TCP takes most of
 * them, UDP gets few: so refusals count of all attempts since they were denied. Every socket that is asked was bound
 * before, so that a refusal is a deny. Nothing else of before the streak is learned: that a host can't be reached is
 * what a pod's start looks like too. A Service teaches nothing: while it has no endpoints, kube-proxy refuses for it.
 */
export function signatureOf(seen: readonly Seen[]): Capabilities['denySignature'] {
  const outcomes = (udp: boolean): Outcome[] => {
    const denied = seen.filter(
      ({ cell, rounds }) =>
        cell.expect === 'deny' &&
        cell.service === undefined &&
        (cell.port.protocol === 'udp') === udp &&
        rounds.length === STREAK &&
        rounds.every(isDenied),
    );
    const ends = [...denied.flatMap(({ rounds }) => outcomesOf(rounds)), ...denied.flatMap(refusalsOf)];
    return [...new Set(ends)].filter((outcome) => DENIED.includes(outcome)).sort();
  };
  return { tcp: outcomes(false), udp: outcomes(true) };
}

function refusalsOf({ voice, index }: Seen): readonly Outcome[] {
  const lines = voice.results[index] ?? [];
  const sinceDenied = lines.slice(lines.findLastIndex((line) => !isDenied(line)) + 1);
  return outcomesOf(sinceDenied).filter((outcome) => outcome === 'refused');
}

const outcomesOf = (lines: readonly ResultLine[]): readonly Outcome[] =>
  lines.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome));

function recordOf(
  context: Context,
  stage: Stage,
  seen: readonly Seen[],
  denySignature: Capabilities['denySignature'],
): RunRecord {
  const now = context.clock.now();
  return {
    runId: context.runId,
    startedAt: now,
    endedAt: now,
    scenario: { name: 'canary', file: '', digest: '' },
    cluster: { server: '', context: '', version: '', sandbox: false, nodes: [] },
    capabilities: {
      tested: true,
      ingress: 'unknown',
      egress: 'unknown',
      denySignature,
      proofs: [],
      nodes: [],
      conditions: [],
      measures: {},
      findings: [],
    },
    pods: [],
    units: [],
    policies: [],
    probes: seen.map((each) => probeOf(each, stage)),
    probers: [...stage.voices.values()].map((voice) => proberOf(context, voice)),
    listeners: [...stage.listeners.values()].map((listener) => listenerRecord(listener, new Set())),
    controls: [],
    notes: [],
  };
}

const NOWHERE = { file: '', line: 1, column: 1 };

function probeOf({ cell, voice, index, rounds }: Seen, stage: Stage): ProbeRecord {
  const { resident } = voice;
  const listener = stage.listeners.get(cell.to);
  const observation = rounds.length === 0 ? undefined : observe(rounds, voice, index, listener);
  return {
    source: cell.from,
    endpoint: `${cell.to}:${cell.port.protocol}/${cell.port.port}`,
    destination: cell.to,
    port: cell.port,
    host: voice.asks[index]?.order.host ?? '',
    expect: cell.expect,
    origin: NOWHERE,
    prober: resident.pod.name,
    ...(listener === undefined ? {} : { listener: listener.pod.name }),
    ...(observation === undefined ? {} : { observation }),
  };
}

function observe(
  rounds: readonly ResultLine[],
  { resident }: Voice,
  index: number,
  listener: Listener | undefined,
): Observation {
  const { offsetMs } = resident.log;
  const last = rounds.at(-1) as ResultLine;
  const attempts = rounds.flatMap((line) => line.attempts);
  const alike = rounds.every((line) => isDenied(line) === isDenied(last));
  return {
    outcome: last.outcome,
    stable: rounds.length === STREAK && alike,
    attempts: attempts.map((attempt) => ({ ...attempt, at: attempt.at + offsetMs })),
    history: last.history.map((change) => ({ ...change, at: change.at + offsetMs })),
    // Ruled on again and again, so the log keeps them.
    seen: listener ? sightingsOf(attempts, index, resident.salt, listener.log.sighting) : [],
  };
}

function proberOf({ cluster }: Context, { actor, resident }: Voice): ProberRecord {
  const { pod, askedAt, log, kubeletAt } = resident;
  const fault = log.fault ?? awayFault(cluster.lastUnreachable(), askedAt);
  return {
    pod: pod.name,
    workload: actor,
    node: pod.node,
    complete: fault === undefined,
    ...(fault === undefined ? {} : { fault }),
    offsetMs: log.offsetMs,
    kubeletAt: kubeletAt.map((at) => at + log.offsetMs),
    startedAt: 0,
    endedAt: 0,
    settledAt: 0,
    rounds: 0,
    settled: true,
    cpuMs: 0,
    maxRss: 0,
    slowed: { starved: 0, slowNetwork: 0 },
  };
}
