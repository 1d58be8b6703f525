/** Times and shares out of what the canary's pods told; pure. */
import type { Attempt, ResultLine } from '../../../probes/wire.ts';
import type { Condition, Measures, Spread } from '../../model/capabilities.ts';
import type { Expect } from '../../model/scenario.ts';
import { isDenied, isReached, startOf } from './observe.ts';
import type { Ask, Voice } from './stage.ts';

/** When a policy was there, or gone, on our clock. */
export interface Moment {
  readonly policy: string;
  readonly at: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? max;
  return { median: Math.round(median), max: Math.round(max), samples: sorted.length };
}

/**
 * Per policy that the ticker watches and that came into force: from its creation to the last attempt that still got
 * through. Less than it took by one step of the ticker at most, and never more, however busy the machine.
 */
export function applyTimes(ticker: Voice, applied: readonly Moment[], until: number): readonly number[] {
  return watched(ticker, applied).flatMap(({ lines, at, offsetMs }) => {
    const before = lines.filter((line) => startOf(line) + offsetMs < until);
    const lastOpen = before.findLastIndex((line) => isReached(line, true));
    if (!before.slice(lastOpen + 1).some(isDenied)) return [];
    const open = before[lastOpen];
    return [open === undefined ? 0 : Math.max(0, startOf(open) + offsetMs - at)];
  });
}

/** From the deletion to the first attempt that got through again, per policy that had denied anything. */
export function removeTimes(ticker: Voice, removed: readonly Moment[]): readonly number[] {
  return watched(ticker, removed).flatMap(({ lines, at, offsetMs }) => {
    if (!lines.some((line) => startOf(line) + offsetMs < at && isDenied(line))) return [];
    const open = lines.find((line) => startOf(line) + offsetMs >= at && isReached(line, true));
    const attempt = open?.attempts.find(({ echoed }) => echoed === true);
    return attempt === undefined ? [] : [Math.max(0, attempt.at + offsetMs - at)];
  });
}

function watched({ asks, results, resident }: Voice, moments: readonly Moment[]) {
  const { offsetMs } = resident.log;
  return asks.flatMap(({ name }: Ask, index) => {
    const moment = moments.find(({ policy }) => policy === name);
    return moment ? [{ lines: results[index] ?? [], at: moment.at, offsetMs }] : [];
  });
}

/**
 * What became of the connection that was open before its policy, once fresh ones were denied and until the policy
 * went: one echo shows that it is kept, and only silence throughout that it is cut.
 */
export function establishedIn(
  ticker: Voice,
  held: string,
  policy: string,
  until: number,
): Measures['established'] {
  const lines = (name: string): readonly ResultLine[] =>
    (ticker.results[ticker.asks.findIndex((ask) => ask.name === name)] ?? []).filter(
      ({ at }) => at + ticker.resident.log.offsetMs <= until,
    );
  const denied = lines(policy).find(isDenied);
  if (denied === undefined) return undefined;
  const before = lines(held).some((line) => isReached(line, true) && startOf(line) < startOf(denied));
  // The first round may have been under way when the policy came.
  const after = lines(held)
    .filter((line) => startOf(line) > startOf(denied))
    .slice(1);
  if (!before) return undefined;
  if (after.some((line) => isReached(line, true))) return 'kept';
  return after.filter(isDenied).length >= CUT_ROUNDS ? 'cut' : undefined;
}

/** From a new pod's first attempt to the last that got through before it was isolated; undefined if it never was. */
export function openAtFirst(lines: readonly ResultLine[]): number | undefined {
  const last = lines.at(-1);
  const first = lines[0];
  if (last === undefined || first === undefined || !isDenied(last)) return undefined;
  const lastOpen = lines.findLast((line) => isReached(line, true));
  if (lastOpen === undefined) return 0;
  return Math.max(1, Math.round((lastOpen.attempts.at(-1)?.at ?? lastOpen.at) - startOf(first)));
}

/** From the first round to the last that was not yet as expected: a deny that was open, an allow that was denied. */
export function settlingTime(lines: readonly ResultLine[], expect: Expect): number {
  const isWrong = (line: ResultLine): boolean =>
    expect === 'deny' ? line.outcome === 'connected' : isDenied(line);
  const lastWrong = lines.findLast(isWrong);
  const first = lines[0];
  return lastWrong === undefined || first === undefined ? 0 : Math.round(startOf(lastWrong) - startOf(first));
}

const CUT_ROUNDS = 2;
const SLOW_MS = 250;
const SOON_MS = 50;
const FEW = 20;
const LOSS_SHARE = 0.08;
const LOSS_SOURCES = 3;
/** A prober that slept this long, so long before, may have missed an answer and asked again without need. */
const SLEPT_MS = 60;
const BEFORE_MS = 600;

/** How the network fares where TCP must pass: a handshake needs no busy listener to be awake. */
export function networkConditions(voices: readonly Voice[]): readonly Condition[] {
  const links = voices.flatMap(openLinks);
  const slow = links.map(({ median }) => median).filter((ms) => ms >= SLOW_MS);
  const conditions: Condition[] = [];
  if (slow.length > 0) {
    const message = `the network is slow: a connection takes up to ${Math.max(...slow)} ms`;
    conditions.push({ name: 'slow-network', message });
  }
  // On a slow link a second attempt goes out before the first one's answer can be there.
  const fast = links.filter(({ median }) => median < SOON_MS);
  const all = fast.flatMap(({ connected }) => connected);
  const again = all.filter(({ n }) => n > 0).length;
  // A busy moment is one source's; packets are lost to everybody.
  const sources = new Set(
    fast.flatMap(({ from, connected }) => (connected.some(({ n }) => n > 0) ? [from] : [])),
  );
  if (all.length >= FEW && again / all.length >= LOSS_SHARE && sources.size >= LOSS_SOURCES) {
    const message = `packets are lost on the way: ${again} of ${all.length} connections took a second attempt`;
    conditions.push({ name: 'lossy', message });
  }
  return conditions;
}

function openLinks({ actor, asks, results, resident }: Voice) {
  const naps = resident.lag.filter(([, ms]) => ms >= SLEPT_MS);
  const slept = ({ at, ms }: Attempt): boolean =>
    naps.some(([awoke, nap]) => awoke - nap <= at + ms && at - awoke < BEFORE_MS);
  return asks.flatMap(({ cell }, index) => {
    if (cell?.expect !== 'allow' || cell.port.protocol !== 'tcp' || cell.to === 'external') return [];
    // The first one waits for neighbours to be found.
    const lines = (results[index] ?? []).slice(1);
    const connected = lines.flatMap(({ attempts }) =>
      attempts.filter((attempt) => attempt.outcome === 'connected' && !slept(attempt)),
    );
    const spread = spreadOf(connected.map(({ ms }) => ms));
    return spread ? [{ from: actor, connected, median: spread.median }] : [];
  });
}
