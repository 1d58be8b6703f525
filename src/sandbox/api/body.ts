/** From what a client sent to an object of a kind. */
import { type Json, type JsonObject, type KubeObject, isJsonObject } from './object.ts';
import { badRequest } from './refusal.ts';
import { type Resource, groupVersion } from './resource.ts';
import { decode } from './schema.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface Body {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Throws 400 where the real server cannot decode. */
export function readObject(json: JsonObject, resource: Resource, validation: FieldValidation): Body {
  const expected = groupVersion(resource);
  // What the body leaves out is taken from the path, as the real server does.
  const { kind = resource.kind, apiVersion = expected } = json;
  if (apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${shown(apiVersion)}) does not match the expected API version (${expected})`,
    );
  if (kind !== resource.kind)
    throw badRequest(
      `${shown(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}`,
    );
  const cannot = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
  const decoded = decode({ ...json, kind, apiVersion }, resource.model);
  if (decoded.mismatch) throw badRequest(`${cannot}: ${decoded.mismatch}`);
  const unknown = decoded.unknown.map((path) => `unknown field "${path}"`);
  if (unknown.length > 0 && validation === 'Strict')
    throw badRequest(`${cannot}: strict decoding error: ${unknown.join(', ')}`);
  const metadata = isJsonObject(decoded.object['metadata']) ? decoded.object['metadata'] : {};
  const object = { ...decoded.object, metadata } as unknown as KubeObject;
  return {
    object: resource.view ? resource.view.toStored(object) : object,
    warnings: validation === 'Warn' ? unknown : [],
  };
}
