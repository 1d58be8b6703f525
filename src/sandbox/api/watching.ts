/** Watches: what is there, what has changed since a version, and every change from now on, as a chunked stream. */
import type { ServerResponse } from 'node:http';
import type { KubeObject } from './object.ts';
import { Refusal, badRequest } from './refusal.ts';
import { type Resource, groupVersion, storeName } from './resource.ts';
import { type Selection, selection } from './selection.ts';
import type { Change, Revision, Store } from './store.ts';
import { type IncludeObject, table } from './table.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

const BOOKMARK_MS = 60_000;
const DEFAULT_TIMEOUT_S = 1800;
/** A watcher that has this much unread is too slow and is cut off; it can list again. */
const MAX_UNREAD = 64 * 1024 * 1024;

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name?: string;
  readonly query: URLSearchParams;
  /** Set when the client asked for tables. */
  readonly table?: IncludeObject;
}

/** Watchers of one change come one after the other: the last line made serves all of them. */
let last: { readonly revision: Revision; readonly type: EventType; readonly line: Buffer } | undefined;

function plainLine(type: EventType, revision: Revision): Buffer {
  if (last?.revision !== revision || last.type !== type)
    last = { revision, type, line: Buffer.from(`{"type":"${type}","object":${revision.json}}\n`) };
  return last.line;
}

/** What a change means to a watcher that selects some objects only: they come and go as their labels change. */
function eventType(change: Change, { filters, selects }: Selection): EventType | undefined {
  const now = selects(change.revision.object);
  if (!filters) return now ? change.type : undefined;
  const before = change.previous !== undefined && selects(change.previous.object);
  if (change.type === 'DELETED') return before ? 'DELETED' : undefined;
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

class Watcher {
  readonly #store: Store;
  readonly #request: WatchRequest;
  readonly #selection: Selection;
  readonly #response: ServerResponse;
  readonly #now: () => number;
  #headers = true;

  constructor(store: Store, request: WatchRequest, response: ServerResponse, now: () => number) {
    this.#store = store;
    this.#request = request;
    this.#selection = selection(request.resource, request.namespace, request.query, request.name);
    this.#response = response;
    this.#now = now;
  }

  start(): void {
    const { resource, query } = this.#request;
    const version = query.get('resourceVersion') ?? '';
    if (!/^\d*$/.test(version)) throw badRequest(`invalid resource version "${version}"`);
    this.#response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
    });
    this.#response.flushHeaders();
    const initial = query.get('sendInitialEvents') === 'true';
    const caughtUp =
      initial || version === '' || version === '0' ? this.#existing() : this.#since(Number(version));
    if (!caughtUp) return;
    if (initial) this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
    this.#stopOnClose(this.#store.subscribe(storeName(resource), (change) => this.#change(change)));
  }

  #existing(): true {
    const { resource, namespace } = this.#request;
    for (const revision of this.#store.revisions(storeName(resource), namespace))
      if (this.#selection.selects(revision.object)) this.#send('ADDED', revision);
    return true;
  }

  #since(version: number): boolean {
    const changes = this.#store.since(storeName(this.#request.resource), version);
    for (const change of changes ?? []) this.#change(change);
    if (changes) return true;
    const { body } = new Refusal(
      410,
      'Expired',
      `too old resource version: ${version} (${this.#store.version})`,
    );
    this.#response.end(`${JSON.stringify({ type: 'ERROR', object: body })}\n`);
    return false;
  }

  #stopOnClose(unsubscribe: () => void): void {
    const asked = Number(this.#request.query.get('timeoutSeconds'));
    const bookmarks = this.#request.query.get('allowWatchBookmarks') === 'true';
    const end = setTimeout(
      () => {
        if (bookmarks) this.#bookmark();
        this.#response.end();
      },
      (asked > 0 ? Math.min(asked, 86_400) : DEFAULT_TIMEOUT_S) * 1000,
    );
    const tick = bookmarks ? setInterval(() => this.#bookmark(), BOOKMARK_MS) : undefined;
    this.#response.once('close', () => {
      unsubscribe();
      clearTimeout(end);
      clearInterval(tick);
    });
  }

  #change(change: Change): void {
    const type = eventType(change, this.#selection);
    if (type) this.#send(type, change.revision);
  }

  #send(type: EventType, revision: Revision): void {
    this.#response.write(this.#line(type, revision));
    if (this.#response.writableLength > MAX_UNREAD) this.#response.destroy();
  }

  #line(type: EventType, revision: Revision): Buffer | string {
    const { resource, table: include } = this.#request;
    if (include === undefined && !resource.view) return plainLine(type, revision);
    return `${JSON.stringify({ type, object: this.#shown(revision.object, include) })}\n`;
  }

  #shown(object: KubeObject, include: IncludeObject | undefined): object {
    const { resource } = this.#request;
    if (include === undefined) return resource.view ? resource.view.fromStored(object) : object;
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const rows = table(resource, [object], metadata, { include, now: this.#now(), headers: this.#headers });
    this.#headers = false;
    return rows;
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { resource, table: include } = this.#request;
    const metadata = {
      resourceVersion: String(this.#store.version),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    const plain = { kind: resource.kind, apiVersion: groupVersion(resource), metadata };
    const options = { include: include ?? 'None', now: this.#now(), headers: false } as const;
    const object = include === undefined ? plain : table(resource, [], metadata, options);
    this.#response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }
}

/** Streams until the client goes or the time is over. Throws 400 before anything is written. */
export function watch(
  store: Store,
  request: WatchRequest,
  response: ServerResponse,
  now: () => number,
): void {
  new Watcher(store, request, response, now).start();
}
