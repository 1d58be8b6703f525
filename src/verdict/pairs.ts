/** Every declared pair with its verdict: those that were probed, and those for which one of them stands by class. */
import type { ClassRecord, ProbeRecord } from '../model/record.ts';
import type { RunResult } from '../model/result.ts';
import type { Verdict } from '../model/verdict.ts';

export interface Pair {
  readonly probe: ProbeRecord;
  readonly verdict: Verdict;
  /** The pair that was probed in its place. */
  readonly byClass?: { readonly source: string; readonly destination: string };
}

type Judged = Pick<RunResult, 'verdicts'> & {
  readonly record: Pick<RunResult['record'], 'probes' | 'classes'>;
};

/** Probed pairs only, in the record's order. */
export function probedPairs({ verdicts, record }: Judged): Pair[] {
  return verdicts.flatMap((verdict) => {
    const probe = record.probes[verdict.probe];
    return probe ? [{ probe, verdict }] : [];
  });
}

/** Each probed pair, followed by those for which it stands. */
export function* pairsOf(judged: Judged): Generator<Pair> {
  const classes = classesByName(judged.record.classes);
  for (const pair of probedPairs(judged)) {
    yield pair;
    if (classes.size > 0) yield* standing(pair, classes);
  }
}

/** How many pairs it stands for, itself included, and how many of these it can't after all. */
export function weightOf(
  { source, destination }: ProbeRecord,
  classes: ReadonlyMap<string, ClassRecord>,
): { readonly pairs: number; readonly broken: number } {
  const [from, to] = [classes.get(source), classes.get(destination)];
  const [all, sound] = [sizeOf(from) * sizeOf(to), soundOf(from) * soundOf(to)];
  return { pairs: all, broken: all - sound };
}

const sizeOf = (found: ClassRecord | undefined): number => (found?.members.length ?? 0) + 1;
const soundOf = (found: ClassRecord | undefined): number => (found?.broken === undefined ? sizeOf(found) : 1);

/** By representative. */
export function classesByName(classes: readonly ClassRecord[] = []): ReadonlyMap<string, ClassRecord> {
  return new Map(classes.map((each) => [each.representative, each]));
}

function* standing({ probe, verdict }: Pair, classes: ReadonlyMap<string, ClassRecord>): Generator<Pair> {
  const { source, destination, endpoint } = probe;
  const [from, to] = [classes.get(source), classes.get(destination)];
  if (from === undefined && to === undefined) return;
  const byClass = { source, destination };
  const port = endpoint.slice(destination.length);
  for (const one of [source, ...(from?.members ?? [])]) {
    for (const other of [destination, ...(to?.members ?? [])]) {
      if (one === source && other === destination) continue;
      const broken =
        (one === source ? undefined : from?.broken) ?? (other === destination ? undefined : to?.broken);
      yield {
        probe: { ...probe, source: one, destination: other, endpoint: `${other}${port}` },
        verdict: broken === undefined ? verdict : unproven(verdict, broken),
        byClass,
      };
    }
  }
}

function unproven({ probe }: Verdict, because: string): Verdict {
  return { probe, verdict: 'inconclusive', cause: 'probe-lost', because, flaky: false, controls: {} };
}
