/**
 * Three answers to one question laid beside each other: what was intended, what the policies say, what packets did.
 * Pure, and after the judge: a diagnosis explains a verdict and never changes one.
 */
import type { Predicted } from '../model/prediction.ts';
import type { ProbeRecord, RunRecord } from '../model/record.ts';
import type { Diagnosis, DiagnosisKind, Verdict } from '../model/verdict.ts';

/** The same verdicts, each with its diagnosis where there is something to explain. */
export function diagnose({ probes }: Pick<RunRecord, 'probes'>, verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.map((verdict) => {
    const probe = probes[verdict.probe];
    const diagnosis = probe && diagnosisOf(probe, verdict);
    return diagnosis === undefined ? verdict : { ...verdict, diagnosis };
  });
}

function diagnosisOf(probe: ProbeRecord, verdict: Verdict): Diagnosis | undefined {
  const { prediction } = probe;
  if (prediction === undefined) return undefined;
  const packets = packetsOf(verdict);
  if (packets === undefined) return { kind: 'environment', because: verdict.because };
  const kind = kindOf(probe, prediction, packets, verdict);
  return kind && { kind, because: sentence(kind, probe, prediction, packets) };
}

/** What packets did: all got through, none arrived, or something of both; undefined if that can't be told. */
export type Packets = 'through' | 'stopped' | 'partly';

export function packetsOf(verdict: Verdict): Packets | undefined {
  if (verdict.verdict === 'inconclusive') return undefined;
  switch (verdict.cause) {
    case 'reached':
    case 'wrong-status':
      return 'through';
    case 'dropped':
    case 'rejected':
    case 'blocked':
      return 'stopped';
    case 'leak':
      return verdict.flaky ? 'partly' : 'through';
    case 'leak-one-way':
    case 'reply-lost':
      return 'partly';
  }
}

export function agrees({ verdict }: Pick<Predicted, 'verdict'>, packets: Packets | undefined): boolean {
  return packets === 'through' ? verdict === 'allow' : packets === 'stopped' && verdict === 'deny';
}

function kindOf(
  { expect }: ProbeRecord,
  prediction: Predicted,
  packets: Packets,
  { verdict }: Verdict,
): DiagnosisKind | undefined {
  if (!prediction.certain) return verdict === 'fail' ? 'unknown' : undefined;
  const isAgainstIntent = prediction.verdict !== expect;
  if (verdict === 'pass') return isAgainstIntent ? 'right-by-accident' : undefined;
  const isDisobeyed = !agrees(prediction, packets);
  if (isAgainstIntent) return isDisobeyed ? 'both' : 'policy-or-intent';
  return isDisobeyed ? 'enforcement' : 'environment';
}

function sentence(
  kind: DiagnosisKind,
  { expect, origin }: ProbeRecord,
  { verdict, because, doubts }: Predicted,
  packets: Packets,
): string {
  const line = `${origin.file}:${origin.line}:${origin.column}`;
  const says = `the policies ${verdict} it: ${because}`;
  switch (kind) {
    case 'policy-or-intent':
      return `${says}; packets agree, against ${line}, which expects ${expect}: one of the two has to change`;
    case 'enforcement':
      return `${says}; ${PACKETS[packets]}`;
    case 'both':
      return `${says}, against ${line}, which expects ${expect}; and ${PACKETS[packets]}`;
    case 'right-by-accident':
      return `${says}, yet ${PACKETS[packets]}, as ${line} expects: that is not the policies' doing`;
    case 'environment':
      return `${says}, as ${line} expects, and ${PACKETS[packets]}`;
    case 'unknown':
      return verdict === 'unknown' ? because : `probably ${says}; but ${doubts.join('; ')}`;
  }
}

const PACKETS = {
  through: 'packets got through',
  stopped: 'packets were stopped',
  partly: 'packets got through in part',
} as const satisfies Record<Packets, string>;
