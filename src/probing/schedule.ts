/** The pace at which probers ask; pure. */
import type { Schedule } from '../../probes/wire.ts';
import type { Capabilities } from '../model/capabilities.ts';
import type { AttemptSettings } from '../model/scenario.ts';

/** Two rounds of open connections take a few milliseconds; stability must span some time to mean something. */
const ROUND_GAP_MS = 500;
/** Below this, a policy engine that was seen to lag needs no waiting for: rounds take longer anyway. */
const PROMPT_MS = 250;
/** With the preflight skipped nothing is known; policy engines were seen to take up to some seconds. */
const UNKNOWN_LATENCY_MS = 3000;
/** Sockets that one prober holds open at once. */
const SOCKETS = 512;

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
 * No API tells when a policy is in force, and a picture that has not begun to change looks stable. So rounds go
 * on for longer than the canary's denies took to bite.
 */
function minSettle(settings: AttemptSettings, capabilities: Capabilities): number {
  const latency = capabilities.tested ? (capabilities.latencyMs ?? 0) : UNKNOWN_LATENCY_MS;
  if (latency < PROMPT_MS) return 0;
  return Math.min(Math.ceil(latency * 1.5) + ROUND_GAP_MS, settings.settleBudgetMs / 2);
}
