/**
 * Everything the cluster knows, in memory: objects by resource, one resourceVersion counter over all of them,
 * and each resource's recent changes, from which watches begin.
 */
import { randomUUID } from 'node:crypto';
import { type KubeObject, type Known, type KnownName, timestamp } from './object.ts';

/** One version of one object. */
export class Revision<T extends KubeObject = KubeObject> {
  readonly object: T;
  readonly version: number;
  #json: string | undefined;
  constructor(object: T, version: number) {
    this.object = object;
    this.version = version;
  }
  /** Serialised once, however many read it. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.object));
  }
  /** Forgets the text of a version that is no longer the newest; it can be made again. */
  release(): void {
    this.#json = undefined;
  }
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change<T extends KubeObject = KubeObject> {
  readonly type: ChangeType;
  /** The object after the change; for a deletion its last state, at the deletion's version. */
  readonly revision: Revision<T>;
  readonly previous?: Revision<T>;
}

type Listener<T extends KubeObject> = (change: Change<T>) => void;

interface Shelf {
  /** By namespace (`''` for cluster-scoped objects), then by name. */
  readonly objects: Map<string, Map<string, Revision>>;
  changes: Change[];
  /** Newest version whose change has been forgotten; a watch from before it must list again. */
  forgotten: number;
  readonly listeners: Set<Listener<KubeObject>>;
}

/** Changes kept per resource for watches that start in the past. */
const HISTORY = 2048;

export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #now: () => number;
  #version = 1;
  readonly #queue: { shelf: Shelf; change: Change }[] = [];
  #delivering = false;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get version(): number {
    return this.#version;
  }

  get<R extends KnownName>(resource: R, namespace: string, name: string): Known[R] | undefined {
    return this.revision(resource, namespace, name)?.object as Known[R] | undefined;
  }

  list<R extends KnownName>(resource: R, namespace?: string): Known[R][] {
    return this.revisions(resource, namespace).map((revision) => revision.object as Known[R]);
  }

  revision(resource: string, namespace: string, name: string): Revision | undefined {
    return this.#shelf(resource).objects.get(namespace)?.get(name);
  }

  /** Sorted by namespace and name, as etcd's keys are. */
  revisions(resource: string, namespace?: string): Revision[] {
    const { objects } = this.#shelf(resource);
    const namespaces = namespace === undefined ? [...objects.keys()].toSorted() : [namespace];
    return namespaces.flatMap((key) =>
      [...(objects.get(key) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, revision]) => revision),
    );
  }

  /** Stores a new object under a UID of its own; undefined if the name is taken. */
  create<T extends KubeObject>(resource: string, object: T): T | undefined {
    const { namespace = '', name } = object.metadata;
    const shelf = this.#shelf(resource);
    if (shelf.objects.get(namespace)?.has(name)) return undefined;
    const version = ++this.#version;
    const stored = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata.uid || randomUUID(),
        resourceVersion: String(version),
        creationTimestamp: object.metadata.creationTimestamp || timestamp(this.#now()),
      },
    };
    this.#put(shelf, new Revision(stored, version));
    return stored;
  }

  /** Replaces the stored object that has this name and UID; undefined if there is none. */
  replace<T extends KubeObject>(resource: string, object: T): T | undefined {
    const { namespace = '', name, uid } = object.metadata;
    const shelf = this.#shelf(resource);
    const previous = shelf.objects.get(namespace)?.get(name);
    if (previous === undefined || previous.object.metadata.uid !== uid) return undefined;
    const version = ++this.#version;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    this.#put(shelf, new Revision(stored, version), previous);
    return stored;
  }

  /** Removes the object if it has that UID; the last state, or undefined if there was none. */
  remove(resource: string, namespace: string, name: string, uid: string): KubeObject | undefined {
    const shelf = this.#shelf(resource);
    const inside = shelf.objects.get(namespace);
    const previous = inside?.get(name);
    if (previous === undefined || previous.object.metadata.uid !== uid) return undefined;
    inside?.delete(name);
    const version = ++this.#version;
    const last = {
      ...previous.object,
      metadata: { ...previous.object.metadata, resourceVersion: String(version) },
    };
    this.#record(shelf, { type: 'DELETED', revision: new Revision(last, version), previous });
    return last;
  }

  /** Changes after a version; undefined if some of them are forgotten. */
  since(resource: string, version: number): readonly Change[] | undefined {
    const { changes, forgotten } = this.#shelf(resource);
    return version < forgotten ? undefined : changes.filter((change) => change.revision.version > version);
  }

  /** Tells every later change, in order, also those that listeners make while they listen. */
  subscribe<R extends KnownName>(resource: R, listener: Listener<Known[R]>): () => void;
  subscribe(resource: string, listener: Listener<KubeObject>): () => void;
  subscribe(resource: string, listener: Listener<never>): () => void {
    const { listeners } = this.#shelf(resource);
    // A KnownName fixes what its shelf holds; the overloads above say so to callers.
    const held = listener as Listener<KubeObject>;
    listeners.add(held);
    return () => listeners.delete(held);
  }

  #shelf(resource: string): Shelf {
    const known = this.#shelves.get(resource);
    if (known) return known;
    const shelf: Shelf = { objects: new Map(), changes: [], forgotten: 0, listeners: new Set() };
    this.#shelves.set(resource, shelf);
    return shelf;
  }

  #put(shelf: Shelf, revision: Revision, previous?: Revision): void {
    const { namespace = '', name } = revision.object.metadata;
    const inside = shelf.objects.get(namespace) ?? new Map<string, Revision>();
    shelf.objects.set(namespace, inside.set(name, revision));
    const type = previous ? 'MODIFIED' : 'ADDED';
    this.#record(shelf, { type, revision, ...(previous ? { previous } : {}) });
  }

  #record(shelf: Shelf, change: Change): void {
    shelf.changes.push(change);
    if (shelf.changes.length > HISTORY * 2) {
      const gone = shelf.changes.splice(0, HISTORY);
      shelf.forgotten = gone.at(-1)?.revision.version ?? shelf.forgotten;
    }
    this.#queue.push({ shelf, change });
    if (!this.#delivering) this.#deliver();
  }

  #deliver(): void {
    this.#delivering = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        for (const listener of next.shelf.listeners) listener(next.change);
        next.change.previous?.release();
        if (next.change.type === 'DELETED') next.change.revision.release();
      }
    } finally {
      this.#delivering = false;
    }
  }
}
