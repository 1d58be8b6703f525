/** Which namespaces are looked at closely: those that were named, those at the top by rank, and some by chance. */
import type { Sample, SampledNamespace } from '../model/audit.ts';
import type { NamespaceObject } from '../snapshot/snapshot.ts';
import { isLabelled, isNamed } from './config/choose.ts';
import type { AuditConfig } from './config/config.ts';
import type { Stake } from './exposure.ts';
import { seeded, shuffled } from './random.ts';

/** Of the places that are left after the named ones; the rest goes to chance, so that nobody can hide below. */
const RANKED_SHARE = 0.7;

const NOTHING: Stake = { exposure: [], score: 0, reasons: [] };

/**
 * Named and labelled namespaces are in it, however many. The same namespaces, stakes and seed give the same sample.
 */
export function drawSample(
  namespaces: readonly NamespaceObject[],
  stakes: ReadonlyMap<string, Stake>,
  { critical, sample: { size } }: Pick<AuditConfig, 'critical' | 'sample'>,
  seed: string,
): Sample {
  const random = seeded(seed);
  // In the order of names first: the API's order must not decide what the seed draws.
  const all = namespaces.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const sampled = (namespace: NamespaceObject, chosen: SampledNamespace['chosen']): SampledNamespace => {
    const { name } = namespace.metadata;
    return { namespace: name, chosen, ...(stakes.get(name) ?? NOTHING) };
  };
  const wanted = all.flatMap((namespace) => {
    if (isNamed(namespace.metadata.name, critical.namespaces)) return [sampled(namespace, 'named')];
    return isLabelled(namespace, critical) ? [sampled(namespace, 'labelled')] : [];
  });
  const taken = new Set(wanted.map(({ namespace }) => namespace));
  const rest = shuffled(
    all.filter(({ metadata }) => !taken.has(metadata.name)),
    random,
  );
  const places = Math.max(0, size - wanted.length);
  // Shuffled before it is sorted, so that among equals chance decides.
  const byRank = rest.map((namespace) => sampled(namespace, 'ranked')).toSorted((a, b) => b.score - a.score);
  const ranked = byRank.slice(0, Math.ceil(places * RANKED_SHARE));
  const drawn = shuffled(byRank.slice(ranked.length), random)
    .slice(0, places - ranked.length)
    .map((each): SampledNamespace => ({ ...each, chosen: 'random' }));
  return { seed, size, population: all.length, namespaces: [...wanted, ...ranked, ...drawn] };
}
