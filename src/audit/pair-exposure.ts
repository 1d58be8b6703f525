import type { Exposure, TruthCell, TruthTable } from '../model/audit.ts';
import { EXPOSURES, type Stake } from './exposure.ts';

/** What is at stake at either end of a pair. */
export function pairExposure(
  { namespaces }: TruthTable,
  { source, endpoint }: TruthCell,
  stakes: ReadonlyMap<string, Stake>,
): readonly Exposure[] {
  // `name:protocol/port`
  const ends = [source, endpoint.split(':')[0] ?? ''].flatMap((name) => namespaces[name] ?? []);
  const there = new Set(ends.flatMap((namespace) => stakes.get(namespace)?.exposure ?? []));
  return EXPOSURES.filter((each) => there.has(each));
}
