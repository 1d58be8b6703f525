/** The pace at which probers ask; pure. */
import type { Schedule } from '../../probes/wire.ts';
import type { Capabilities } from '../model/capabilities.ts';
import type { AttemptSettings } from '../model/scenario.ts';

/** Two rounds of open connections take a few milliseconds; stability must span some time to mean something. */
const ROUND_GAP_MS = 500;
/** Below this, a policy engine that was seen to lag needs no waiting for: rounds of silence take longer anyway. */
const PROMPT_MS = 250;
/** Where a deny is answered at once, rounds take no time; engines were seen to need this much under load. */
const REJECTING_MS = 1000;
/** With the preflight skipped nothing is known; policy engines were seen to take up to some seconds. */
const UNKNOWN_LATENCY_MS = 3000;
/** Sockets that one prober holds open at once. */
const SOCKETS = 1024;

/** @param probers how many probers will work at once; they share the rate */
export function scheduleFor(
  settings: AttemptSettings,
  capabilities: Capabilities,
  probers: number,
): Schedule {
  return {
    timeoutMs: settings.timeoutMs,
    attempts: settings.attempts,
    stableRounds: settings.stableRounds,
    minSettleMs: minSettle(settings, capabilities),
    budgetMs: settings.settleBudgetMs,
    roundGapMs: ROUND_GAP_MS,
    concurrency: SOCKETS,
    ratePerSecond: Math.max(1, Math.floor(settings.ratePerSecond / Math.max(1, probers))),
  };
}

/**
 * No API tells when a policy is in force, and a picture that has not begun to change looks stable: a new pod may be
 * open still, or not yet among those whom a rule allows. So rounds go on for longer than the canary's pods took.
 */
function minSettle(
  settings: AttemptSettings,
  { tested, latencyMs = 0, denySignature }: Capabilities,
): number {
  const rejects = [...denySignature.tcp, ...denySignature.udp].some((outcome) => outcome !== 'timed-out');
  const seen = Math.max(latencyMs, rejects ? REJECTING_MS : 0);
  const latency = tested ? seen : UNKNOWN_LATENCY_MS;
  if (latency < PROMPT_MS) return 0;
  return Math.min(Math.ceil(latency * 1.5) + ROUND_GAP_MS, settings.settleBudgetMs / 2);
}
