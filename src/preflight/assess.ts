/** From the canary's rounds to what the cluster enforces; pure. */
import type { Outcome } from '../../probes/wire.ts';
import type { Capabilities, Proof } from '../model/capabilities.ts';
import type { Round } from '../probing/resident.ts';

type Rounds = readonly Round[];

/** Rounds of each of the canary's probes, oldest first. */
export interface CanaryRounds {
  readonly openTcp: Rounds;
  readonly openUdp: Rounds;
  readonly closed: Rounds;
  readonly ingressTcp: Rounds;
  readonly ingressUdp: Rounds;
  readonly egressTcp: Rounds;
  readonly egressUdp: Rounds;
}

/** Equal rounds at the end that count as an answer. */
const STREAK = 2;
const DENIED: readonly Outcome[] = ['timed-out', 'refused', 'unreachable'];

/** Nothing more to wait for: the open ports answer and every deny has bitten. */
export function decided(rounds: CanaryRounds): boolean {
  return (
    isOpen(rounds.openTcp) &&
    isOpen(rounds.openUdp) &&
    [rounds.ingressTcp, rounds.ingressUdp, rounds.egressTcp, rounds.egressUdp].every(isDenied)
  );
}

export function assess(rounds: CanaryRounds): Capabilities {
  const open = isOpen(rounds.openTcp);
  const ingress = open ? proofOf(rounds.ingressTcp) : 'unknown';
  const egress = open ? proofOf(rounds.egressTcp) : 'unknown';
  const denies = [rounds.ingressTcp, rounds.ingressUdp, rounds.egressTcp, rounds.egressUdp];
  const latencies = denies.filter(isDenied).map(timeToDeny);
  return {
    tested: true,
    ingress,
    egress,
    denySignature: {
      tcp: open ? signature([rounds.ingressTcp, rounds.egressTcp]) : [],
      udp: isOpen(rounds.openUdp) ? signature([rounds.ingressUdp, rounds.egressUdp]) : [],
    },
    ...(latencies.length > 0 ? { latencyMs: Math.max(...latencies) } : {}),
    findings: findings(rounds, ingress, egress),
  };
}

function proofOf(rounds: Rounds): Proof {
  if (isDenied(rounds)) return 'proven';
  return isOpen(rounds) ? 'absent' : 'unknown';
}

function isOpen(rounds: Rounds): boolean {
  return rounds.at(-1)?.[1] === 'connected';
}

function isDenied(rounds: Rounds): boolean {
  const last = rounds.slice(-STREAK);
  return last.length === STREAK && last.every(([, outcome]) => DENIED.includes(outcome));
}

/** Outcomes of the denied streaks. */
function signature(all: readonly Rounds[]): readonly Outcome[] {
  const outcomes = all
    .filter(isDenied)
    .flatMap((rounds) => rounds.slice(-STREAK).map(([, outcome]) => outcome));
  return [...new Set(outcomes)].sort();
}

/** From the first round to the first of the denied ones; 0 if the deny was in force from the start. */
function timeToDeny(rounds: Rounds): number {
  const lastOpen = rounds.findLastIndex(([, outcome]) => !DENIED.includes(outcome));
  if (lastOpen < 0) return 0;
  const first = rounds[0]?.[0] ?? 0;
  return Math.round((rounds[lastOpen]?.[0] ?? first) - first);
}

function findings(rounds: CanaryRounds, ingress: Proof, egress: Proof): readonly string[] {
  const found: string[] = [];
  if (!isOpen(rounds.openTcp))
    found.push("the canary's own open port could not be reached, so nothing was learned");
  if (ingress === 'absent') found.push('an ingress deny was ignored');
  if (egress === 'absent') found.push('an egress deny was ignored');
  if (ingress === 'proven' && isOpen(rounds.ingressUdp)) found.push('an ingress deny was ignored for UDP');
  if (egress === 'proven' && isOpen(rounds.egressUdp)) found.push('an egress deny was ignored for UDP');
  return found;
}
