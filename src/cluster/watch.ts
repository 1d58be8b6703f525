/** Every object there is, then every change, across broken connections, expired versions and restarted servers. */
import type { Api } from './api.ts';
import { parse } from './api.ts';
import { createPatience, type Patience } from './backoff.ts';
import type { Kind, Kinds, Selection, WatchEvent } from './cluster.ts';
import { AnswerFault, isExpired, isFault, isTransient, LinkFault } from './errors.ts';
import { linesOf } from './lines.ts';
import { listAll, selectors } from './list.ts';
import { pathOf, RESOURCES } from './resources.ts';

/** Short, so that a connection that died without a word costs a minute; going on from a version is cheap. */
const STREAM_SECONDS = 60;
const SILENCE_MS = (STREAM_SECONDS + 10) * 1000;
/** A stream that lasted so long worked, even if nothing changed. */
const SOUND_MS = 5_000;
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}
type Frame<T> = Change<T> | { readonly type: 'ERROR'; readonly object: Status };

interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

export interface WatchRequest<K extends Kind> {
  readonly kind: K;
  readonly selection: Selection;
  readonly onEvent: (event: WatchEvent<K>) => void;
  readonly signal: AbortSignal;
}

export async function watchKind<K extends Kind>(api: Api, request: WatchRequest<K>): Promise<void> {
  const { signal } = request;
  const picture = new Picture<K>((event) => signal.aborted || request.onEvent(event));
  const patience = createPatience(api.clock);
  let version: string | undefined;
  while (!signal.aborted) {
    try {
      version ??= await relist(api, request, picture);
      await stream(api, request, patience, version, (frame) => (version = picture.apply(frame)));
    } catch (error) {
      if (!isFault(error)) throw error;
      if (signal.aborted) return;
      if (isExpired(error)) version = undefined;
      else if (!isTransient(error)) throw error;
      await patience.wait(error, signal);
    }
  }
}

async function relist<K extends Kind>(
  api: Api,
  { kind, selection, signal }: WatchRequest<K>,
  picture: Picture<K>,
): Promise<string> {
  const listed = await listAll<Kinds[K]>(api, RESOURCES[kind], selection, { signal, retry: 'never' });
  picture.replace(listed.items);
  return listed.resourceVersion;
}

/** Resolves when the server ends a stream that worked; anything else is a fault. */
async function stream<K extends Kind>(
  api: Api,
  { kind, selection, signal }: WatchRequest<K>,
  patience: Patience,
  resourceVersion: string,
  take: (frame: Change<Kinds[K]>) => void,
): Promise<void> {
  const query = {
    ...selectors(selection),
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(STREAM_SECONDS),
    resourceVersion,
  };
  const call = { path: pathOf(RESOURCES[kind], selection.namespace), query, signal };
  const openedAt = api.clock.now();
  let sound = false;
  try {
    for await (const lines of linesOf(await api.open(call, SILENCE_MS), MAX_EVENT_BYTES)) {
      for (const line of lines) {
        const frame = parse<Frame<Kinds[K]>>(line);
        if (frame.type === 'ERROR') throw faultOf(frame.object);
        sound = true;
        take(frame);
        if (signal.aborted) return;
      }
    }
  } finally {
    if (sound || api.clock.now() - openedAt > SOUND_MS) patience.restore();
  }
  if (!sound && api.clock.now() - openedAt <= SOUND_MS)
    throw new LinkFault(new Error('the watch ended at once'));
}

/** A watch's last words: a Status, of which 410 is the ordinary one. */
function faultOf({ code = 500, reason = '', message = 'the watch failed' }: Status): AnswerFault {
  return new AnswerFault({ status: code, reason, message });
}

/** What the caller has been told so far, so that a new list can be told as changes. */
class Picture<K extends Kind> {
  readonly #onEvent: (event: WatchEvent<K>) => void;
  #objects = new Map<string, Kinds[K]>();

  constructor(onEvent: (event: WatchEvent<K>) => void) {
    this.#onEvent = onEvent;
  }

  /** Vanished objects first: one of the same name may follow. */
  replace(items: readonly Kinds[K][]): void {
    const next = new Map(items.map((object) => [uidOf(object), object]));
    const before = this.#objects;
    this.#objects = next;
    for (const [uid, object] of before) if (!next.has(uid)) this.#onEvent({ type: 'deleted', object });
    for (const [uid, object] of next) {
      const known = before.get(uid);
      if (known === undefined) this.#onEvent({ type: 'added', object });
      else if (versionOf(known) !== versionOf(object)) this.#onEvent({ type: 'modified', object });
    }
  }

  /** Returns the version to go on from. */
  apply({ type, object }: Change<Kinds[K]>): string {
    const uid = uidOf(object);
    if (type === 'DELETED') {
      if (this.#objects.delete(uid)) this.#onEvent({ type: 'deleted', object });
    } else if (type === 'ADDED' || type === 'MODIFIED') {
      const known = this.#objects.has(uid);
      this.#objects.set(uid, object);
      this.#onEvent({ type: known ? 'modified' : 'added', object });
    }
    return versionOf(object);
  }
}

function uidOf(object: Kinds[Kind]): string {
  return object.metadata?.uid ?? '';
}

function versionOf(object: Kinds[Kind]): string {
  return object.metadata?.resourceVersion ?? '';
}
