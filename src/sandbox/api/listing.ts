/** Lists, in pages that are cut from one snapshot. */
import { randomUUID } from 'node:crypto';
import { badRequest, expired } from './refusal.ts';
import { type Resource, storeName } from './resource.ts';
import { selection } from './selection.ts';
import type { Revision, Store } from './store.ts';

export interface Page {
  readonly revisions: readonly Revision[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

interface Snapshot {
  readonly revisions: readonly Revision[];
  readonly version: number;
  readonly filters: boolean;
}

/** Snapshots kept for lists that are still being read; older ones expire, as compaction makes them. */
const SNAPSHOTS = 64;

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.';

export class Lists {
  readonly #store: Store;
  readonly #snapshots = new Map<string, Snapshot>();
  constructor(store: Store) {
    this.#store = store;
  }

  /** Throws 400 for bad parameters, 410 for a page whose snapshot is gone. */
  list(resource: Resource, namespace: string | undefined, query: URLSearchParams): Page {
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue');
    if (!Number.isInteger(limit) || limit < 0) throw badRequest('limit must be a non-negative integer');
    if (token) return this.#next(token, limit);
    const { selects, filters } = selection(resource, namespace, query);
    const all = this.#store.revisions(storeName(resource), namespace);
    const revisions = filters ? all.filter(({ object }) => selects(object)) : all;
    return this.#page({ revisions, version: this.#store.version, filters }, 0, limit);
  }

  #next(token: string, limit: number): Page {
    const [id = '', offset = ''] = Buffer.from(token, 'base64url').toString().split('/');
    const snapshot = this.#snapshots.get(id);
    if (!snapshot) throw expired(EXPIRED);
    return this.#page(snapshot, Number(offset), limit);
  }

  #page(snapshot: Snapshot, offset: number, limit: number): Page {
    const end = limit > 0 ? offset + limit : snapshot.revisions.length;
    const left = snapshot.revisions.length - end;
    const metadata = { resourceVersion: String(snapshot.version) };
    const revisions = snapshot.revisions.slice(offset, end);
    if (left <= 0) return { revisions, metadata };
    const remaining = snapshot.filters ? {} : { remainingItemCount: left };
    return { revisions, metadata: { ...metadata, continue: this.#keep(snapshot, end), ...remaining } };
  }

  #keep(snapshot: Snapshot, offset: number): string {
    const id = randomUUID();
    this.#snapshots.set(id, snapshot);
    const oldest = this.#snapshots.keys().next().value;
    if (this.#snapshots.size > SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return Buffer.from(`${id}/${offset}`).toString('base64url');
  }
}
