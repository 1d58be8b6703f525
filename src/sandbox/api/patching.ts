/** Patches, by their media type. */
import type { Json, JsonObject, KubeObject } from './object.ts';
import { apply } from './patch/apply.ts';
import { PatchError, jsonPatch } from './patch/json-patch.ts';
import { mergePatch, strategicMergePatch } from './patch/merge.ts';
import { Refusal, badRequest, notFound, unsupportedMediaType } from './refusal.ts';
import { type Resource, storeName } from './resource.ts';
import { type Rest, type WriteOptions, type Written, objectBody } from './rest.ts';

export const APPLY = 'application/apply-patch+yaml';
const TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  APPLY,
];

export interface PatchRequest {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly patch: Json;
  readonly manager: string;
  readonly force: boolean;
  /** Throws a Refusal if the one who asks may change the object but not create it. */
  readonly demandCreate: () => void;
  readonly options: WriteOptions & { readonly subresource?: 'status' };
}

function patched(current: Json, patch: Json, type: string, kind: string): Json {
  try {
    if (type === 'application/json-patch+json') return jsonPatch(current, patch);
    if (type === 'application/merge-patch+json') return mergePatch(current, patch);
    return strategicMergePatch(current, patch, kind);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new Refusal(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${error.message}`,
    );
  }
}

function checkType(type: string, types: readonly string[]): void {
  if (types.includes(type)) return;
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`,
  );
}

/** A Scale has no fields that merge in any special way, and is not applied. */
export function patchedScale(scale: Json, patch: Json, type: string): Json {
  checkType(type, TYPES.slice(0, 3));
  return patched(scale, patch, type, 'Scale');
}

function applied(rest: Rest, request: PatchRequest, current: JsonObject): JsonObject {
  const { manager, force } = request;
  const now = rest.context.now();
  const { object, conflicts } = apply(current, objectBody(request.patch), { manager, force, now });
  if (conflicts.length === 0) return object;
  const told = conflicts.map((one) => `conflict with "${one.manager}": ${one.field}`);
  const count = `${conflicts.length} conflict${conflicts.length > 1 ? 's' : ''}`;
  throw new Refusal(409, 'Conflict', `Apply failed with ${count}: ${told.join('; ')}`, {
    causes: conflicts.map((one) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${one.manager}"`,
      field: one.field,
    })),
  });
}

/** An applied configuration makes its object if there is none. */
function createApplied(rest: Rest, request: PatchRequest): Written {
  const wanted = objectBody(request.patch);
  const metadata = objectBody(wanted['metadata'] ?? {});
  const { object } = apply({ ...wanted, metadata: { ...metadata, name: request.name } }, wanted, {
    manager: request.manager,
    force: true,
    now: rest.context.now(),
  });
  return rest.create(request.resource, request.namespace, object, request.options);
}

export function patchObject(rest: Rest, request: PatchRequest): Written & { readonly created: boolean } {
  const { resource, namespace, name, type, options } = request;
  checkType(type, TYPES);
  if (type === APPLY) {
    if (!request.manager) throw badRequest('fieldManager is required for apply patch');
    const exists = rest.context.store.revision(storeName(resource), namespace, name);
    if (!exists && options.subresource) throw notFound(resource, name);
    if (!exists) {
      request.demandCreate();
      return { ...createApplied(rest, request), created: true };
    }
  }
  const change = (current: KubeObject): JsonObject => {
    const json = current as unknown as JsonObject;
    return type === APPLY
      ? applied(rest, request, json)
      : objectBody(patched(json, request.patch, type, resource.kind));
  };
  return { ...rest.update(resource, namespace, name, change, options), created: false };
}
