/**
 * The judge: a pure function from what was recorded to verdicts. The table is in DESIGN's words in the README;
 * the order of the questions here is its order of precedence.
 *
 * A deny passes only by the absence of something that controls show would otherwise have arrived. Whatever
 * can't be told is inconclusive, with the reason.
 */
import type { Observation, ProbeRecord, RunRecord } from '../model/record.ts';
import type { Verdict } from '../model/verdict.ts';
import { Evidence } from './evidence.ts';
import { judgeListener } from './listener.ts';
import { inconclusive, type Ruling } from './ruling.ts';
import { judgeTarget } from './target.ts';

/** One verdict per probe of the record, in the same order. */
export function judge(record: RunRecord): Verdict[] {
  const evidence = new Evidence(record);
  const shared = new Map<string, Ruling>();
  return record.probes.map((probe, index) => ({
    probe: index,
    ...once(ruleOn(probe, record, evidence), shared),
  }));
}

/** A mesh has tens of thousands of rulings in the same few words: they are held once. */
function once(ruling: Ruling, shared: Map<string, Ruling>): Ruling {
  const key = JSON.stringify(ruling);
  const known = shared.get(key);
  if (known === undefined) shared.set(key, ruling);
  return known ?? ruling;
}

function ruleOn(probe: ProbeRecord, record: RunRecord, evidence: Evidence): Ruling {
  const lost = lostReason(probe, evidence);
  if (lost !== undefined) return inconclusive('probe-lost', lost);
  const observation = probe.observation as Observation;
  return probe.listener === undefined
    ? judgeTarget(probe, observation, record.capabilities, evidence)
    : judgeListener(probe, probe.listener, observation, record.capabilities, evidence);
}

/** Why there is nothing to judge: rule 1, an error never proves anything. */
function lostReason(probe: ProbeRecord, evidence: Evidence): string | undefined {
  const prober = evidence.prober(probe.prober);
  if (!prober) return 'its prober never ran';
  if (!prober.complete) return prober.fault ?? 'its prober broke off before it had told everything';
  if (!probe.observation || probe.observation.attempts.length === 0)
    return 'its prober told nothing about it';
  if (probe.movedAway) return 'the address belongs to another pod than when the run began';
  return undefined;
}
