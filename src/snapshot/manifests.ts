/** Reads a snapshot from exported manifests: for what needs no packets, and no cluster. */
import { apiVersionOf } from '../cluster/resources.ts';
import { NetproofError, type Position } from '../model/errors.ts';
import { policyIssues } from '../scenario/policy-check.ts';
import { decode } from '../scenario/text.ts';
import { Collection } from './collect.ts';
import { keepObject, listAt } from './keep.ts';
import { type FileObject, parseObjects } from './objects.ts';
import { MANIFEST_PLACES, type Place } from './places.ts';
import { type KubeObject, nameOf, type RulePlaces, type Snapshot } from './snapshot.ts';

/** Bytes; an export of ten thousand pods has about 60 MB. */
export const MAX_MANIFEST_BYTES = 256_000_000;

/** The files of a folder; tests bring their own. */
export interface ManifestFiles {
  /** Paths of YAML and JSON files in the folder and below, sorted. */
  list(folder: string): Promise<readonly string[]>;
  read(path: string): Promise<Uint8Array>;
}

/** Rejects with `file-unreadable` if there is no manifest in the folder. */
export async function readManifests(
  folder: string,
  files: ManifestFiles,
  now: () => number,
): Promise<Snapshot> {
  const takenAt = now();
  const paths = await files.list(folder);
  const reader = new ManifestReader();
  for (const path of paths) reader.read(await files.read(path), path);
  if (reader.objects === 0) {
    throw new NetproofError('file-unreadable', `there is no Kubernetes manifest in ${folder}`, {
      hint: 'for example: kubectl get namespaces,pods,services,networkpolicies --all-namespaces -o yaml > DIR/all.yaml',
    });
  }
  return reader.collection.snapshot({ kind: 'manifests', folder, files: paths.length }, takenAt);
}

class ManifestReader {
  readonly collection = new Collection();
  objects = 0;
  readonly #first = new Map<string, FileObject>();

  read(bytes: Uint8Array, path: string): void {
    const decoded = decode(bytes, path, MAX_MANIFEST_BYTES);
    if ('issue' in decoded) {
      this.#unread(path, decoded.issue.message, decoded.issue.position);
      return;
    }
    const { objects, issues } = parseObjects(decoded.text, path);
    for (const { message, position } of issues) this.#unread(path, message, position);
    for (const object of objects) this.#add(object);
  }

  #add(object: FileObject): void {
    this.objects++;
    const place = placeOf(object);
    const kept = place && keepObject(object.value, place);
    if (place === undefined || kept === undefined) return;
    const isPolicy = place.role === 'policy' || place.role === 'other-policy';
    const placed: KubeObject = {
      ...kept,
      where: object.where,
      ...(isPolicy && { rulePlaces: rulePlacesOf(object) }),
    };
    if (this.#isKnown(object, placed)) return;
    if (place.role === 'policy') this.#checkPolicy(object, placed);
    this.collection.add(place.role, placed);
  }

  /** Exports overlap; the same object twice is one, two different ones under a name are a mistake. */
  #isKnown(object: FileObject, placed: KubeObject): boolean {
    const key = `${placed.apiVersion} ${placed.kind} ${nameOf(placed)}`;
    const first = this.#first.get(key);
    if (first === undefined) {
      this.#first.set(key, object);
      return false;
    }
    if (JSON.stringify(first.value['spec']) !== JSON.stringify(object.value['spec'])) {
      const why = `it stands here with another content than in ${first.where.file}:${first.where.line}`;
      this.collection.mistakes.push({ what: `${placed.kind} ${nameOf(placed)}`, why, where: object.where });
    }
    return true;
  }

  #checkPolicy({ document }: FileObject, placed: KubeObject): void {
    for (const { message, position } of policyIssues(document)) {
      const where = position ?? placed.where;
      const what = `NetworkPolicy ${nameOf(placed)}`;
      this.collection.mistakes.push({ what, why: message, ...(where && { where }), object: placed });
    }
  }

  #unread(what: string, why: string, where: Position | undefined): void {
    this.collection.unread.push({ what, why, ...(where && { where }) });
  }
}

const BY_KIND: ReadonlyMap<string, Place> = new Map(
  MANIFEST_PLACES.map((place) => [`${apiVersionOf(place)} ${place.kind}`, place]),
);

function placeOf({ apiVersion, kind }: FileObject): Place | undefined {
  return BY_KIND.get(`${apiVersion} ${kind}`);
}

function rulePlacesOf({ value, document }: FileObject): RulePlaces {
  const placesOf = (direction: keyof RulePlaces): readonly Position[] =>
    listAt(value['spec'], direction).map((_, index) => document.at(['spec', direction, index]));
  return { ingress: placesOf('ingress'), egress: placesOf('egress') };
}
