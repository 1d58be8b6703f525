/** Events about objects. One that repeats is counted, not stored again; the oldest go when there are too many. */
import { type KubeObject, type Known, timestamp } from '../api/object.ts';
import type { Store } from '../api/store.ts';

export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
  /** Part of the object, e.g. `spec.containers{web}`. */
  readonly fieldPath?: string;
}

export type Recorder = (about: KubeObject, occurrence: Occurrence) => void;

const MAX_EVENTS = 4096;

const keyOf = (about: KubeObject, { reason, message, fieldPath, source }: Occurrence): string =>
  [about.metadata.uid, reason, message, fieldPath, source.component].join('\0');

function newEvent(name: string, about: KubeObject, what: Occurrence, time: string): Known['events'] {
  const { namespace = 'default' } = about.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      ...(about.metadata.namespace ? { namespace: about.metadata.namespace } : {}),
      uid: about.metadata.uid,
      resourceVersion: about.metadata.resourceVersion,
      ...(what.fieldPath ? { fieldPath: what.fieldPath } : {}),
    },
    type: what.type,
    reason: what.reason,
    message: what.message,
    source: what.source,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    reportingComponent: what.source.component,
    reportingInstance: what.source.host ?? '',
  };
}

export function recorder(store: Store, now: () => number): Recorder {
  const order: {
    readonly key: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  }[] = [];
  const names = new Map<string, string>();
  let serial = BigInt(now()) * 1_000_000n;
  return (about, occurrence) => {
    const { namespace = 'default', name: aboutName } = about.metadata;
    const key = keyOf(about, occurrence);
    // Names ascend, so that events of one second list in the order in which they happened.
    const name = names.get(key) ?? `${aboutName}.${(++serial).toString(16)}`;
    const time = timestamp(now());
    const known = store.get('events', namespace, name);
    if (known) {
      store.replace('events', { ...known, count: (known.count ?? 1) + 1, lastTimestamp: time });
      return;
    }
    // Nothing new is said in a namespace that goes away, or it would never be empty.
    if (store.get('namespaces', '', namespace)?.metadata.deletionTimestamp) return;
    const stored = store.create('events', newEvent(name, about, occurrence, time));
    if (!stored) return;
    names.set(key, name);
    order.push({ key, namespace, name, uid: stored.metadata.uid });
    const oldest = order.length > MAX_EVENTS ? order.shift() : undefined;
    if (!oldest) return;
    names.delete(oldest.key);
    store.remove('events', oldest.namespace, oldest.name, oldest.uid);
  };
}
