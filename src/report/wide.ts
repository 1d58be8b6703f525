/** What `-o wide` adds: one line per probe with addresses, pods, nodes, times and attempts. */
import type { ProbeRecord } from '../model/record.ts';
import type { RunResult } from '../model/result.ts';
import { portKey } from '../model/scenario.ts';
import { visible } from './escape.ts';
import { judged } from './evidence.ts';
import type { Look } from './marks.ts';
import { alignColumns, count, duration } from './text.ts';
import { outcomeWords } from './words.ts';

export function wideLines(result: RunResult, look: Look): string[][] {
  return [timingLines(result), nodeLines(result), probeLines(result, look)];
}

function timingLines({ timings, resources }: RunResult): string[] {
  const phases = timings.map(({ phase, ms }) => `${phase} ${duration(ms)}`);
  const { cpuMs, maxRss, api } = resources;
  const cost = [
    `CPU ${duration(cpuMs)}`,
    `peak memory ${Math.round(maxRss / 1e6)} MB`,
    count(api.requests, 'API request'),
  ];
  return [`phases  ${phases.join(', ')}`, `cost    ${cost.join(', ')}`];
}

function nodeLines({ record }: RunResult): string[] {
  const pods = record.pods.map((pod) => [
    pod.name,
    pod.role,
    pod.workload,
    pod.namespace,
    pod.node,
    pod.ip,
    duration(pod.startMs),
  ]);
  if (pods.length === 0) return [];
  return alignColumns(
    [['POD', 'ROLE', 'WORKLOAD', 'NAMESPACE', 'NODE', 'ADDRESS', 'STARTED IN'], ...pods].map(safe),
  );
}

function probeLines(result: RunResult, look: Look): string[] {
  const probers = new Map(result.record.probers.map((prober) => [prober.pod, prober]));
  const rows = judged(result).map(({ probe, verdict }) => [
    probe.source,
    probers.get(probe.prober)?.node ?? '',
    probe.destination,
    portKey(probe.port),
    probe.host,
    probe.expect,
    policyCell(probe),
    probe.observation ? outcomeWords(probe.observation.outcome) : 'nothing',
    `${verdict.verdict}: ${verdict.cause}${verdict.flaky ? ', flaky' : ''}`,
    ...attemptCells(probe, probers.get(probe.prober)?.rounds),
  ]);
  const head = [
    'FROM',
    'NODE',
    'TO',
    'PORT',
    'ADDRESS',
    'EXPECTED',
    'POLICIES',
    'OBSERVED',
    'VERDICT',
    'TIME',
    'ATTEMPTS',
    'ROUNDS',
    'SEEN',
  ];
  return rows.length === 0
    ? []
    : alignColumns([head.map((text) => look.colors.dim(text)), ...rows.map(safe)]);
}

function policyCell({ prediction }: ProbeRecord): string {
  if (prediction === undefined) return '';
  return prediction.certain || prediction.verdict === 'unknown'
    ? prediction.verdict
    : `${prediction.verdict}?`;
}

function attemptCells({ observation, listener }: ProbeRecord, rounds: number | undefined): string[] {
  if (!observation) return ['', '', '', ''];
  const times = observation.attempts.map(({ ms }) => ms);
  return [
    times.length > 0 ? duration(Math.max(...times)) : '',
    String(observation.attempts.length),
    rounds === undefined ? '' : String(rounds),
    listener === undefined ? 'no log' : count(observation.seen.length, 'nonce'),
  ];
}

function safe(cells: readonly string[]): string[] {
  return cells.map(visible);
}
