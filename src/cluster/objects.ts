/** Single objects: get, create, delete. */
import type { Api } from './api.ts';
import type { Kind, Kinds } from './cluster.ts';
import { isFault, statusOf } from './errors.ts';
import type { V1ObjectMeta } from './types.ts';
import { apiVersionOf, pathOf, RESOURCES } from './resources.ts';

export async function createObject<K extends Kind>(
  api: Api,
  kind: K,
  object: Kinds[K],
  dryRun: boolean,
): Promise<Kinds[K]> {
  const resource = RESOURCES[kind];
  return await api.json<Kinds[K]>({
    method: 'POST',
    path: pathOf(resource, object.metadata?.namespace),
    // Strict: a misspelt field of a policy would be dropped in silence, and the policy mean something else.
    query: { fieldValidation: 'Strict', ...(dryRun && { dryRun: 'All' }) },
    body: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object },
    retry: dryRun ? 'transient' : 'untouched',
  });
}

export interface Target {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

/** True if there was an object with that UID to delete. */
export async function deleteObject(api: Api, target: Target): Promise<boolean> {
  try {
    await api.text({
      method: 'DELETE',
      metadataOnly: true,
      path: pathOf(RESOURCES[target.kind], target.namespace, target.name),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: target.uid },
        propagationPolicy: 'Background',
        ...(target.kind === 'Pod' && { gracePeriodSeconds: 0 }),
      },
    });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    if (statusOf(error) === 409) return await isBeingDeleted(api, target, error);
    throw error;
  }
}

/** Almost always the UID is another one; a conflict about our own object must not pass for "nothing to delete". */
async function isBeingDeleted(api: Api, target: Target, conflict: unknown): Promise<boolean> {
  const found = await getMetadata(api, target.kind, target.namespace, target.name);
  if (found?.uid !== target.uid) return false;
  if (found.deletionTimestamp != null) return true;
  throw conflict;
}

export async function getObject<K extends Kind>(
  api: Api,
  kind: K,
  namespace: string | undefined,
  name: string,
): Promise<Kinds[K] | undefined> {
  return await unlessMissing(() => api.json<Kinds[K]>({ path: pathOf(RESOURCES[kind], namespace, name) }));
}

export async function getMetadata(
  api: Api,
  kind: Kind,
  namespace: string | undefined,
  name: string,
): Promise<V1ObjectMeta | undefined> {
  const path = pathOf(RESOURCES[kind], namespace, name);
  const found = await unlessMissing(() =>
    api.json<{ metadata?: V1ObjectMeta }>({ path, metadataOnly: true }),
  );
  return found && (found.metadata ?? {});
}

export async function unlessMissing<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isFault(error) && statusOf(error) === 404) return undefined;
    throw error;
  }
}
