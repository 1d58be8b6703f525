/** What was recorded under a verdict, in words: the facts that every format tells. Texts are raw, not escaped. */
import type { Attempt, ProbeRecord } from '../model/record.ts';
import type { RunResult } from '../model/result.ts';
import { portKey } from '../model/scenario.ts';
import type { Cause, ControlFacts, Verdict } from '../model/verdict.ts';
import { classesByName, type Pair, pairsOf, probedPairs, weightOf } from '../verdict/pairs.ts';
import { groupBy } from './group.ts';
import { count, duration } from './text.ts';
import { CAUSE_WORDS, DIAGNOSIS_WORDS, outcomeWords, verdictTitle } from './words.ts';

/** A probe with its verdict. */
export type Judged = Pair;

/** Pairs that are told one by one, those that are decided by class included: of more, only what was probed. */
const MOST_PAIRS = 1_000_000;

export function judged(result: RunResult): Judged[] {
  return result.summary.total > MOST_PAIRS ? probedPairs(result) : [...pairsOf(result)];
}

/** `by class of web -> db`; undefined for a pair that was probed itself. */
export function classWords({ byClass }: Judged): string | undefined {
  return byClass && `by class of ${byClass.source} -> ${byClass.destination}, which was probed in its place`;
}

/**
 * One name per probe, the same in every run of a scenario, for tools that follow a case over time. The address,
 * which changes with every launched pod, is told only where an endpoint has several.
 */
export function probeNames(all: readonly Judged[]): string[] {
  const addresses = groupBy(all, ({ probe }) => JSON.stringify([probe.source, probe.endpoint]));
  return all.map(({ probe }) => {
    const several = (addresses.get(JSON.stringify([probe.source, probe.endpoint]))?.length ?? 0) > 1;
    const pair = `${probe.source} -> ${probe.destination} ${portKey(probe.port)}`;
    return `${pair} ${probe.expect}${several ? ` at ${probe.host}` : ''}`;
  });
}

/** Probes of one source and destination that came to the same under the same rule: told once. */
export interface Finding {
  readonly first: Judged;
  readonly all: readonly Judged[];
  /** Pairs that it is about, with those that are decided by class. */
  readonly pairs: number;
}

/** The findings that share a cause; failures first, then what is inconclusive, then passes with something to tell. */
export interface FindingGroup {
  readonly cause: Cause;
  readonly findings: readonly Finding[];
  readonly probes: number;
}

export function findingGroups(result: RunResult): FindingGroup[] {
  const open = probedPairs(result).filter(({ verdict }) => isTold(verdict));
  const classes = classesByName(result.record.classes);
  const byKind = groupBy(open, ({ verdict }) => `${verdict.cause} ${isAccident(verdict)}`);
  const groups = [...byKind.values()].flatMap((members) => {
    const cause = members[0]?.verdict.cause;
    const findings = [...groupBy(members, findingKey).values()].flatMap((all) =>
      all[0] ? [{ first: all[0], all, pairs: weigh(all, classes) }] : [],
    );
    return cause === undefined ? [] : [{ cause, probes: members.length, findings }];
  });
  return groups.toSorted(
    (a, b) => severity(a) - severity(b) || CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause),
  );
}

function weigh(all: readonly Judged[], classes: Parameters<typeof weightOf>[1]): number {
  return all.reduce((sum, { probe }) => sum + weightOf(probe, classes).pairs, 0);
}

/** `, for 12 pairs by class`; empty where each was probed. */
export function pairWords({ all, pairs }: Finding): string {
  return pairs === all.length ? '' : `, for ${count(pairs, 'pair')} by class`;
}

/** A pass with nothing to explain is only counted. */
export function isTold(verdict: Verdict): boolean {
  return verdict.verdict !== 'pass' || verdict.flaky || isAccident(verdict);
}

function isAccident({ diagnosis }: Verdict): boolean {
  return diagnosis?.kind === 'right-by-accident';
}

function findingKey({ probe, verdict }: Judged): string {
  const { file, line, column } = probe.origin;
  const { verdict: kind, diagnosis } = verdict;
  return JSON.stringify([probe.source, probe.destination, kind, diagnosis?.kind, file, line, column]);
}

const CAUSES = Object.keys(CAUSE_WORDS);

/** `LEAK: expected deny, but packets arrived and were answered`. */
export function groupTitle({ cause, findings }: FindingGroup): string {
  const verdict = findings[0]?.first.verdict;
  if (verdict && isAccident(verdict)) return 'RIGHT BY ACCIDENT: passed, though the policies say otherwise';
  if (!verdict || verdict.verdict === 'pass') return 'FLAKY: passed, but attempts disagreed';
  return `${verdictTitle(verdict)}: ${CAUSE_WORDS[cause]}`;
}

function severity(group: FindingGroup): number {
  const kind = group.findings[0]?.first.verdict.verdict;
  return kind === 'fail' ? 0 : kind === 'inconclusive' ? 1 : 2;
}

/** `tcp/8080, udp/53`, each once. */
export function portsOf(finding: Finding): string {
  return [...new Set(finding.all.map(({ probe }) => portKey(probe.port)))].join(', ');
}

/** `expected deny by web.yaml:12:5 (the web tier must not reach the database)`. */
export function expectedWords({ expect, expectStatus, origin, reason }: ProbeRecord): string {
  const status = expectStatus === undefined ? '' : ` with status ${expectStatus}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `expected ${expect}${status} by ${origin.file}:${origin.line}:${origin.column}${why}`;
}

/** What the prober saw: outcomes of the attempts with times and source ports. */
export function clientWords({ source, observation }: ProbeRecord): string {
  if (!observation || observation.attempts.length === 0) return `${source} saw: nothing was recorded`;
  const byOutcome = groupBy(observation.attempts, sameAttempt);
  return `${source} saw: ${[...byOutcome.values()].map(attemptWords).join('; ')}`;
}

function sameAttempt({ outcome, error, status, echoed, by }: Attempt): string {
  return JSON.stringify([outcome, error, status, echoed, by]);
}

function attemptWords(attempts: readonly Attempt[]): string {
  const [first] = attempts;
  if (!first) return '';
  const times = attempts.map(({ ms }) => ms);
  const ports = attempts.flatMap(({ localPort }) => (localPort === undefined ? [] : [localPort]));
  const facts = [
    ...(first.status === undefined ? [] : [`status ${first.status}`]),
    ...(first.error === undefined ? [] : [first.error]),
    ...(first.echoed === undefined
      ? []
      : [first.echoed ? `echo signed by ${first.by ?? 'nobody'}` : 'no echo']),
    ...(first.answer === undefined ? [] : [`answer ${first.answer}`]),
    ...(ports.length === 0
      ? []
      : [
          `from ${ports.length === 1 ? 'port' : 'ports'} ${ports.slice(0, 4).join(' ')}${ports.length > 4 ? ' …' : ''}`,
        ]),
  ];
  const range = spread(Math.min(...times), Math.max(...times));
  return `${attempts.length} × ${outcomeWords(first.outcome)} after ${range}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

function spread(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** What the listener saw: nonces, and from which addresses. */
export function listenerWords({ destination, listener, observation }: ProbeRecord): string {
  if (listener === undefined) return `${destination} is not ours: it keeps no log for us`;
  const seen = observation?.seen ?? [];
  if (seen.length === 0) return `${destination} saw: none of its packets`;
  const from = [...new Set(seen.map((sighting) => sighting.from.replace(/:\d+$/, '')))];
  return `${destination} saw: ${count(new Set(seen.map(({ nonce }) => nonce)).size, 'nonce')} from ${from.join(', ')}`;
}

/** `policies: deny, NetworkPolicy shop/db …`; undefined where nobody asked them. */
export function policyWords({ prediction }: ProbeRecord): string | undefined {
  if (prediction === undefined) return undefined;
  const { verdict, certain, because, doubts } = prediction;
  const doubt = doubts.length === 0 ? '' : `; not certain: ${doubts.join('; ')}`;
  return `policies: ${certain || verdict === 'unknown' ? verdict : `probably ${verdict}`}, ${because}${doubt}`;
}

/** `policy or intent: the policies allow it: …`; what the policies say alone where that explains nothing. */
export function diagnosisWords({ probe, verdict: { diagnosis } }: Judged): string | undefined {
  if (diagnosis === undefined || diagnosis.kind === 'environment') return policyWords(probe);
  return `${DIAGNOSIS_WORDS[diagnosis.kind]}: ${diagnosis.because}`;
}

/** What showed that a packet would otherwise have arrived. */
export function controlWords({ listener, source, path }: ControlFacts): string {
  const said = [
    ...(listener === undefined ? [] : [`destination ${LISTENER_WORDS[listener]}`]),
    ...(source === undefined ? [] : [`source ${SOURCE_WORDS[source]}`]),
    ...(path === undefined
      ? []
      : [`path between the nodes ${path === 'reached' ? 'works' : 'not shown to work'}`]),
  ];
  return `controls: ${said.length > 0 ? said.join(', ') : 'none needed'}`;
}

const LISTENER_WORDS = {
  reached: 'answered another source',
  self: 'answered itself',
  control: 'answered the control pod',
  'other-source': 'answered another source',
  none: 'NOT shown to answer',
} as const;

const SOURCE_WORDS = {
  spoke: 'got answers elsewhere',
  kubelet: 'reached by its kubelet',
  none: 'NOT shown to speak',
} as const;
