/** Reads a snapshot from a cluster: lists only, page by page. */
import pLimit from 'p-limit';
import type { Cluster } from '../cluster/cluster.ts';
import { unknownVersions } from '../cluster/policy-places.ts';
import { apiVersionOf } from '../cluster/resources.ts';
import type { Subject } from '../model/access.ts';
import { NetproofError } from '../model/errors.ts';
import { Collection } from './collect.ts';
import { keepObject } from './keep.ts';
import { isNeeded, type LivePlace, type Place, placeName, PLACES } from './places.ts';
import { type KubeObject, nameOf, type Snapshot } from './snapshot.ts';

/** Lists at once; each holds a page of up to 500 objects. */
const AT_ONCE = 4;

export interface Wanted {
  readonly places: readonly LivePlace[];
  readonly sandbox: boolean;
  readonly now: () => number;
}

/** Rejects with `forbidden` if namespaces, pods or NetworkPolicies may not be read, and as `Cluster` says. */
export async function readCluster(
  cluster: Cluster,
  { places: wanted, sandbox, now }: Wanted,
): Promise<Snapshot> {
  const takenAt = now();
  const collection = new Collection();
  const limit = pLimit(AT_ONCE);
  const { server, context } = cluster;
  const [version, served, user] = await Promise.all([
    cluster.version(),
    cluster.apiVersions(),
    cluster.whoAmI(),
  ]);
  // Whoever may not read a kind is refused even where there is no such kind: what is not served is not asked for.
  const places = wanted.filter((place) => isServed(place, served));
  const lists = await Promise.all(places.map((place) => limit(() => readPlace(cluster, place, collection))));
  collection.unread.push(...unknownVersions(served).map(({ group, why }) => ({ what: group, why })));
  // In the order of the places, whichever answer came first.
  for (const [index, place] of places.entries()) {
    for (const object of lists[index] ?? []) collection.add(place.role, object);
  }
  const who = user === undefined ? {} : { user: subjectName(user) };
  return collection.snapshot({ kind: 'cluster', server, context, version, sandbox, ...who }, takenAt);
}

function subjectName(subject: Subject): string {
  return subject.kind === 'ServiceAccount'
    ? `service account ${subject.namespace}/${subject.name}`
    : subject.name;
}

function isServed(place: Place, served: readonly string[]): boolean {
  return place.group === '' || served.includes(apiVersionOf(place));
}

async function readPlace(
  cluster: Cluster,
  place: LivePlace,
  { unread }: Collection,
): Promise<readonly KubeObject[]> {
  try {
    const found = await cluster.collect(place, (item) => keepObject(item, place));
    return (found ?? []).filter((object) => object !== undefined);
  } catch (error) {
    if (!(error instanceof NetproofError) || isNeeded(place)) throw error;
    unread.push({ what: placeName(place), why: error.message });
    return [];
  }
}

/** NetworkPolicies that are not as they were in the snapshot, one sentence without a full stop each. */
export async function changesSince(cluster: Cluster, { policies }: Snapshot): Promise<string[]> {
  const [place] = PLACES.filter(({ role }) => role === 'policy');
  if (place === undefined) return [];
  const now = (await readPlace(cluster, place, new Collection())).map(
    (policy) => [nameOf(policy), policy.metadata] as const,
  );
  const [before, after] = [new Map(policies.map((each) => [nameOf(each), each.metadata])), new Map(now)];
  const gone = [...before.keys()].filter((name) => !after.has(name));
  const fresh = [...after.keys()].filter((name) => !before.has(name));
  const changed = [...before].filter(
    ([name, { uid, resourceVersion }]) =>
      after.has(name) &&
      (after.get(name)?.uid !== uid || after.get(name)?.resourceVersion !== resourceVersion),
  );
  return [
    ...gone.map((name) => `NetworkPolicy ${name} was deleted`),
    ...fresh.map((name) => `NetworkPolicy ${name} was created`),
    ...changed.map(([name]) => `NetworkPolicy ${name} was changed`),
  ];
}
