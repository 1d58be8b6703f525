/** Zones guessed from namespaces and labels, and lists of names written with them. */
import { groupBy } from '../policy/group.ts';
import type { Identity } from './identities.ts';
import type { Names } from './names.ts';

export interface ZoneDraft {
  readonly name: string;
  readonly members: readonly string[];
  /** `guessed from label tier=front`. */
  readonly note: string;
}

/** Labels by which people usually tell parts of a system apart. */
const KEYS = [
  'app.kubernetes.io/part-of',
  'part-of',
  'tier',
  'app.kubernetes.io/component',
  'env',
  'environment',
  'team',
];
/** More would help nobody. */
const MOST_ZONES = 50;

/** Of two members or more, and no two with the same ones; the first has all workloads. */
export function zonesOf(identities: readonly Identity[], names: Names): readonly ZoneDraft[] {
  const found = [
    ...groupsBy(identities, ({ namespace }) => namespace, 'namespace'),
    ...KEYS.flatMap((key) =>
      groupsBy(identities, ({ labels }) => (Object.hasOwn(labels, key) ? labels[key] : undefined), key),
    ),
  ];
  const useful = found.filter(({ members }) => members.length > 1 && members.length < identities.length);
  const distinct = [
    ...new Map(useful.toReversed().map((zone) => [zone.members.join(), zone])).values(),
  ].toReversed();
  if (identities.length < 2) return [];
  const everything = {
    name: names.take('workloads', 'all-workloads'),
    members: identities.map(({ name }) => name),
  };
  return [
    { ...everything, note: 'all of them; unlike "*", no targets' },
    ...distinct.slice(0, MOST_ZONES).map(({ key, value, members }) => ({
      name: names.take(value, `${key.split('/').at(-1)}-${value}`),
      members,
      note: `guessed from ${key === 'namespace' ? `namespace ${value}` : `label ${key}=${value}`}`,
    })),
  ];
}

interface Group {
  readonly key: string;
  readonly value: string;
  readonly members: readonly string[];
}

function groupsBy(
  identities: readonly Identity[],
  valueOf: (identity: Identity) => string | undefined,
  key: string,
): readonly Group[] {
  return [...groupBy(identities, valueOf)].flatMap(([value, members]) =>
    value === undefined || value === '' ? [] : [{ key, value, members: members.map(({ name }) => name) }],
  );
}

/** A few names taken away read better than a long list. */
const MOST_EXCEPTIONS = 3;

/** The shortest way to write exactly these workloads as sources. */
export function writtenSources(
  names: readonly string[],
  all: readonly string[],
  zones: readonly ZoneDraft[],
): readonly string[] {
  return written(names, all, zones, '*');
}

/**
 * And as destinations, of which zones mean those that listen. Not with "*": it would mean targets too that are taken
 * into use later.
 */
export function writtenDestinations(
  names: readonly string[],
  listening: readonly string[],
  zones: readonly ZoneDraft[],
): readonly string[] {
  const known = new Set(listening);
  const workloads = names.filter((name) => known.has(name));
  const targets = names.filter((name) => !known.has(name));
  return [...(workloads.length > 0 ? written(workloads, listening, zones, zones[0]?.name) : []), ...targets];
}

function written(
  names: readonly string[],
  all: readonly string[],
  zones: readonly ZoneDraft[],
  everything: string | undefined,
): readonly string[] {
  const wanted = new Set(names);
  const others = all.filter((name) => !wanted.has(name));
  if (others.length === 0 && everything !== undefined && (everything === '*' || all.length > 1))
    return [everything];
  const zoned = withZones(names, all, zones);
  const isShorter = others.length <= MOST_EXCEPTIONS && others.length + 1 < zoned.length;
  return isShorter && everything !== undefined ? [everything, ...others.map((name) => `!${name}`)] : zoned;
}

function withZones(
  names: readonly string[],
  universe: readonly string[],
  zones: readonly ZoneDraft[],
): readonly string[] {
  const left = new Set(names);
  const [known, all] = [new Set(universe), new Set(names)];
  const chosen: string[] = [];
  const meant = zones
    .map(({ name, members }) => ({ name, members: members.filter((member) => known.has(member)) }))
    .filter(({ members }) => members.length > 1 && members.every((member) => all.has(member)))
    .toSorted((a, b) => b.members.length - a.members.length);
  for (const { name, members } of meant) {
    if (members.filter((member) => left.has(member)).length < 2) continue;
    chosen.push(name);
    for (const member of members) left.delete(member);
  }
  return [...chosen, ...left];
}
