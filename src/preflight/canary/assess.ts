/** From the canary's verdicts to what this cluster enforces, and the words for what it does not; pure. */
import type { ResultLine } from '../../../probes/wire.ts';
import type {
  Capabilities,
  Capability,
  CapabilityProof,
  Condition,
  Measures,
  Proof,
} from '../../model/capabilities.ts';
import { CAPABILITIES } from '../../model/capabilities.ts';
import { NEWCOMER } from './cast.ts';
import type { CanaryCell, Scene } from './cells.ts';
import {
  applyTimes,
  establishedIn,
  type Moment,
  networkConditions,
  openAtFirst,
  removeTimes,
  settlingTime,
  spreadOf,
} from './measures.ts';
import { enforcementOf } from './nodes.ts';
import { isDenied, type Judged, startOf } from './observe.ts';
import { proofsOf } from './proofs.ts';
import { DNS, type Stage, type Voice } from './stage.ts';
import type { Script } from './table.ts';
import { HELD, HELD_POLICY, TICKER } from './ticker.ts';

/** What was seen after the policies were taken away. */
export interface Recovery {
  readonly removed: readonly Moment[];
  /** Still denied when everything should long have been open. */
  readonly closed: readonly CanaryCell[];
  /** Neither. */
  readonly untold: readonly CanaryCell[];
}

export interface Played {
  readonly script: Script;
  readonly scene: Scene;
  readonly stage: Pick<Stage, 'voices' | 'unlaunched'>;
  readonly judged: readonly Judged[];
  readonly signature: Capabilities['denySignature'];
  /** Rounds before this tell nothing of how long policies took. */
  readonly watchedFrom: number;
  readonly settledAt: number;
  readonly applied: readonly Moment[];
  /** Why new and deleted policies may not have been known, if so. */
  readonly away: string | undefined;
  /** Absent if policies were not taken away. */
  readonly recovered: Recovery | undefined;
}

export function assess(played: Played): Capabilities {
  const enforcement = enforcementOf(played.judged);
  const measures = measuresOf(played);
  const proofs = ordered([
    ...proofsOf(played.scene, played.script, played.judged, enforcement, played.stage.unlaunched),
    ...removal(played),
    ...newPod(played, measures),
  ]);
  const of = (wanted: Capability): Proof =>
    proofs.find(({ capability }) => capability === wanted)?.proof ?? 'unknown';
  const conditions = conditionsOf(played, measures);
  const latency = latencyOf(played);
  return {
    tested: true,
    ingress: of('ingress'),
    egress: of('egress'),
    denySignature: played.signature,
    ...(latency === undefined ? {} : { latencyMs: latency }),
    proofs,
    nodes: enforcement.nodes,
    conditions,
    measures,
    findings: [
      ...new Set([
        ...conditions.map(({ message }) => message),
        ...proofs.filter(({ proof }) => proof === 'absent').map(({ because }) => because),
      ]),
    ],
  };
}

const ordered = (proofs: readonly CapabilityProof[]): readonly CapabilityProof[] => {
  const place = ({ capability }: CapabilityProof): number => CAPABILITIES.indexOf(capability);
  return [...proofs].sort((a, b) => place(a) - place(b));
};

function measuresOf({ stage, applied, recovered, settledAt }: Played): Measures {
  const ticker = stage.voices.get(TICKER);
  if (!ticker) return {};
  const apply = spreadOf(applyTimes(ticker, applied, settledAt));
  const remove = spreadOf(removeTimes(ticker, recovered?.removed ?? []));
  const established = establishedIn(ticker, HELD, HELD_POLICY, settledAt);
  const newPodOpenMs = openAtFirst(newcomerLines(stage.voices.get(NEWCOMER), settledAt));
  return {
    ...(apply === undefined ? {} : { apply }),
    ...(remove === undefined ? {} : { remove }),
    ...(established === undefined ? {} : { established }),
    ...(newPodOpenMs === undefined ? {} : { newPodOpenMs }),
  };
}

/** Until the policies were taken away. */
function newcomerLines(voice: Voice | undefined, until: number) {
  const offsetMs = voice?.resident.log.offsetMs ?? 0;
  return between(voice?.results[0] ?? [], offsetMs, 0, until);
}

function between(
  lines: readonly ResultLine[],
  offsetMs: number,
  from: number,
  until: number,
): readonly ResultLine[] {
  return lines.filter((line) => startOf(line) + offsetMs >= from && line.at + offsetMs <= until);
}

function newPod({ script, stage, away }: Played, { newPodOpenMs }: Measures): readonly CapabilityProof[] {
  if (script.tests.every(({ capability }) => capability !== 'new-pod')) return [];
  const proof = (value: CapabilityProof['proof'], because: string): CapabilityProof[] => [
    { capability: 'new-pod', proof: value, because },
  ];
  if (away !== undefined) return proof('unknown', away);
  if (newPodOpenMs === undefined)
    return proof('unknown', stage.unlaunched.get(NEWCOMER) ?? 'a new pod was not seen to become isolated');
  if (newPodOpenMs === 0) return proof('proven', 'a new pod was isolated from its first attempt');
  return proof('absent', `new pods start open: one was for ${newPodOpenMs} ms, though a policy selected it`);
}

function removal({ recovered, judged, applied, away }: Played): readonly CapabilityProof[] {
  if (!recovered) return [];
  const proof = (value: CapabilityProof['proof'], because: string): CapabilityProof[] => [
    { capability: 'removal', proof: value, because },
  ];
  const denied = judged.filter(({ cell, verdict }) => cell.expect === 'deny' && verdict.verdict === 'pass');
  if (denied.length === 0 || applied.length === 0)
    return proof('unknown', 'no policy was seen to deny anything, so there was nothing to take back');
  const stuck = denied.find(({ cell }) => recovered.closed.includes(cell));
  if (stuck && away !== undefined) return proof('unknown', away);
  if (stuck) {
    const { from, to, port } = stuck.cell;
    const example = `${from} still can't reach ${to} ${port.protocol}/${port.port}`;
    return proof('absent', `deleted policies stay in force: ${example}`);
  }
  return denied.some(({ cell }) => recovered.untold.includes(cell))
    ? proof('unknown', 'not every source told what it could reach after the policies were deleted')
    : proof('proven', 'everything was open again after its policy was deleted');
}

const SLOW_PROGRAMMING_MS = 2000;

function conditionsOf({ stage, judged }: Played, { apply }: Measures): readonly Condition[] {
  const conditions: Condition[] = [];
  if (judged.some(({ verdict }) => verdict.cause === 'intercepted')) {
    const message =
      'something answers in the place of pods: a sidecar or a transparent proxy; nothing can be told behind it';
    conditions.push({ name: 'intercepted', message });
  }
  if (dnsIsDead([...stage.voices.values()]))
    conditions.push({ name: 'dns-dead', message: 'cluster DNS does not answer pods' });
  conditions.push(...networkConditions([...stage.voices.values()]));
  if (apply !== undefined && apply.median > SLOW_PROGRAMMING_MS) {
    const message = `policies are slow to come into force: ${apply.median} ms in the median, ${apply.max} ms at most`;
    conditions.push({ name: 'slow-programming', message });
  }
  return conditions;
}

function dnsIsDead(voices: readonly Voice[]): boolean {
  const asked = voices.flatMap(({ asks, results }) =>
    asks.flatMap(({ name }, index) => (name === DNS ? [results[index] ?? []] : [])),
  );
  return asked.some(
    (lines) => lines.every(({ outcome }) => outcome !== 'connected') && lines.filter(isDenied).length > 1,
  );
}

/** From each source's first round, or the first with its policies if it was there before them. */
function latencyOf({ stage, judged, settledAt, watchedFrom }: Played): number | undefined {
  const held = new Set(judged.filter(({ verdict }) => verdict.verdict === 'pass').map(({ cell }) => cell));
  const times = [...stage.voices.values()].flatMap(({ asks, results, resident }) =>
    asks.flatMap(({ cell }, index) => {
      if (!cell || !held.has(cell)) return [];
      const lines = between(results[index] ?? [], resident.log.offsetMs, watchedFrom, settledAt);
      return [settlingTime(lines, cell.expect)];
    }),
  );
  return [...held].some(({ expect }) => expect === 'deny') ? Math.max(...times) : undefined;
}
