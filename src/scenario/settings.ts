/** Attempt and pod settings, with their defaults. */
import type { AttemptSettings, PodSettings } from '../model/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { parseDuration } from './durations.ts';
import type { Reading } from './reading.ts';
import { quote } from './words.ts';
import type { Path } from './yaml.ts';

export function readAttempt(reading: Reading): AttemptSettings {
  const given = reading.isBroken(['attempt']) ? {} : (reading.content.attempt ?? {});
  const entry = { ...DEFAULTS.attempt, ...given };
  const settings = {
    timeoutMs: duration(entry.timeout, ['attempt', 'timeout'], '50ms', '60s', reading),
    attempts: entry.attempts,
    stableRounds: entry.stableRounds,
    settleBudgetMs: duration(entry.settleBudget, ['attempt', 'settleBudget'], '1s', '10m', reading),
    concurrency: entry.concurrency,
    ratePerSecond: entry.rate,
  };
  const needed = settings.timeoutMs * settings.stableRounds;
  if (settings.settleBudgetMs < needed) {
    const message = `a settle budget of ${entry.settleBudget} is too short for ${entry.stableRounds} rounds of ${entry.timeout}`;
    reading.report(['attempt', 'settleBudget'], message, `take at least ${needed}ms`);
  }
  return settings;
}

export function readPods(reading: Reading): PodSettings {
  const given = reading.isBroken(['pods']) ? {} : (reading.content.pods ?? {});
  const { startTimeout, ...entry } = { ...DEFAULTS.pods, ...given };
  return { ...entry, startTimeoutMs: duration(startTimeout, ['pods', 'startTimeout'], '5s', '30m', reading) };
}

/** Where there is no scenario. */
export function defaultPods(): PodSettings {
  const { startTimeout, ...settings } = DEFAULTS.pods;
  return { ...settings, startTimeoutMs: parseDuration(startTimeout) ?? 0 };
}

function duration(text: string, path: Path, least: string, most: string, reading: Reading): number {
  const ms = parseDuration(text) ?? Number.NaN;
  if (ms < (parseDuration(least) ?? 0) || ms > (parseDuration(most) ?? 0)) {
    reading.report(path, `${quote(text)} is out of range: from ${least} to ${most}`);
  }
  return ms;
}
