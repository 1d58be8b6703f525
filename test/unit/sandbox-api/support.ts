/** A store with the parts around it, and short ways to make objects. */
import { clusterIps } from '../../../src/sandbox/api/cluster-ip.ts';
import { Lists } from '../../../src/sandbox/api/listing.ts';
import type { JsonObject } from '../../../src/sandbox/api/object.ts';
import { Refusal, type Status } from '../../../src/sandbox/api/refusal.ts';
import type { Resource } from '../../../src/sandbox/api/resource.ts';
import { resourceOfKind } from '../../../src/sandbox/api/resources.ts';
import { Rest } from '../../../src/sandbox/api/rest.ts';
import { loadModel } from '../../../src/sandbox/api/schema.ts';
import { Store } from '../../../src/sandbox/api/store.ts';

export const NOW = Date.parse('2026-01-02T03:04:05Z');

export function resource(apiVersion: string, kind: string): Resource {
  const found = resourceOfKind(apiVersion, kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

export const PODS = resource('v1', 'Pod');
export const POLICIES = resource('networking.k8s.io/v1', 'NetworkPolicy');
export const SERVICES = resource('v1', 'Service');
export const NAMESPACES = resource('v1', 'Namespace');
export const CONFIGMAPS = resource('v1', 'ConfigMap');

export interface World {
  readonly store: Store;
  readonly rest: Rest;
  readonly lists: Lists;
}

/** With the namespace `default` and its service account. */
export async function world(labels: Readonly<Record<string, string>> = {}): Promise<World> {
  await Promise.all([PODS, POLICIES, SERVICES, NAMESPACES, CONFIGMAPS].map(({ model }) => loadModel(model)));
  const now = () => NOW;
  const store = new Store(now);
  const rest = new Rest({ store, now, allocateClusterIp: clusterIps('10.96.0.0/16', store) });
  rest.create(NAMESPACES, '', object('v1', 'Namespace', 'default', { metadata: { labels } }));
  store.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' },
  });
  return { store, rest, lists: new Lists(store) };
}

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  { metadata = {}, ...rest }: { readonly metadata?: JsonObject } & JsonObject = {},
): JsonObject {
  return { apiVersion, kind, metadata: { name, ...metadata }, ...rest };
}

export const pod = (name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject =>
  object('v1', 'Pod', name, {
    metadata,
    spec: { containers: [{ name: 'main', image: 'node:20' }], ...spec },
  });

export const policy = (spec: JsonObject): JsonObject =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec: { podSelector: {}, ...spec } });

/** The refusal that the work ends with. */
export function refusal(work: () => unknown): Status {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.body;
    throw error;
  }
  throw new Error('nothing was refused');
}
