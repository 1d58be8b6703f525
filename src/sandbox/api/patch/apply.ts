/**
 * Server-side apply: what a manager applied is recorded in managedFields; what it applied before and leaves out
 * now is removed; what another manager applied with another value is a conflict. Only fields set by applying are
 * tracked, not those set by updates.
 */
import { type Json, type JsonObject, type Meta, isJsonObject, same, timestamp } from '../object.ts';
import { strategicMergePatch } from './merge.ts';
import { mergeKeys } from './merge-keys.ts';

interface Entry {
  readonly manager: string;
  readonly operation: 'Apply';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: JsonObject;
}

export interface Conflict {
  readonly manager: string;
  readonly field: string;
}

const IGNORED = new Set(['apiVersion', 'kind']);

const itemKey = (item: JsonObject, keys: readonly string[]): string =>
  `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key]])))}`;

/** The set of fields of a configuration, as FieldsV1 writes it. */
function fieldSet(value: Json, kind: string, path: readonly string[]): JsonObject {
  if (Array.isArray(value)) {
    const keys = mergeKeys(kind, path);
    if (!keys) return {};
    const items = (value as readonly Json[]).filter(isJsonObject);
    return Object.fromEntries(
      items.map((item) => [itemKey(item, keys), { '.': {}, ...fieldSet(item, kind, path) }]),
    );
  }
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldSet(inner, kind, [...path, key])]),
  );
}

const configuration = (applied: JsonObject): JsonObject => {
  const {
    name: _name,
    namespace: _namespace,
    ...metadata
  } = isJsonObject(applied['metadata']) ? applied['metadata'] : {};
  const rest = Object.entries(applied).filter(([key]) => !IGNORED.has(key) && key !== 'metadata');
  return { ...Object.fromEntries(rest), ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
};

/** The value at a step of a field path. */
function inside(value: Json | undefined, step: string): Json | undefined {
  if (step.startsWith('f:')) return isJsonObject(value) ? value[step.slice(2)] : undefined;
  const wanted = JSON.parse(step.slice(2)) as JsonObject;
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Json[]).find(
    (item) => isJsonObject(item) && Object.entries(wanted).every(([key, one]) => same(item[key], one)),
  );
}

function without(value: Json, step: string): Json {
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).filter(([key]) => `f:${key}` !== step));
  const gone = inside(value, step);
  return (value as readonly Json[]).filter((item) => item !== gone);
}

function replaced(value: Json, step: string, next: Json): Json {
  if (isJsonObject(value)) return { ...value, [step.slice(2)]: next };
  const old = inside(value, step);
  return (value as readonly Json[]).map((item) => (item === old ? next : item));
}

/** Removes what the old set has, the new one has not, and no other manager applied. */
function removeStale(live: Json, old: JsonObject, next: JsonObject, others: readonly JsonObject[]): Json {
  let result = live;
  for (const [step, inner] of Object.entries(old)) {
    const value = step === '.' ? undefined : inside(result, step);
    if (value === undefined || !isJsonObject(inner)) continue;
    const kept = next[step];
    const shared = others.flatMap((one) => (isJsonObject(one[step]) ? [one[step]] : []));
    if (kept === undefined && shared.length === 0) result = without(result, step);
    else result = replaced(result, step, removeStale(value, inner, isJsonObject(kept) ? kept : {}, shared));
  }
  return result;
}

/** Leaves that another manager applied and that this configuration wants to be different. */
function conflictsIn(live: Json, wanted: Json, theirs: JsonObject, mine: JsonObject, path: string): string[] {
  return Object.keys(theirs).flatMap((step) => {
    if (step === '.' || !Object.hasOwn(mine, step)) return [];
    const at = `${path}.${step.slice(2)}`;
    const [a, b] = [theirs[step], mine[step]];
    const [has, wants] = [inside(live, step), inside(wanted, step)];
    if (isJsonObject(a) && isJsonObject(b) && Object.keys(a).length + Object.keys(b).length > 0)
      return conflictsIn(has ?? null, wants ?? null, a, b, at);
    return same(has, wants) ? [] : [at];
  });
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && 'operation' in value && value.operation === 'Apply';

export function apply(
  live: JsonObject,
  applied: JsonObject,
  options: { readonly manager: string; readonly force: boolean; readonly now: number },
): { readonly object: JsonObject; readonly conflicts: readonly Conflict[] } {
  const { kind, apiVersion } = applied as { readonly kind: string; readonly apiVersion: string };
  const wanted = configuration(applied);
  const mine = fieldSet(wanted, kind, []);
  const metadata = live['metadata'] as unknown as Meta;
  const entries = (metadata.managedFields ?? []).filter(isEntry);
  const own = entries.find((entry) => entry.manager === options.manager);
  const others = entries.filter((entry) => entry.manager !== options.manager);
  const conflicts = others.flatMap(({ manager, fieldsV1 }) =>
    conflictsIn(live, wanted, fieldsV1, mine, '').map((field) => ({ manager, field })),
  );
  const entry: Entry = {
    manager: options.manager,
    operation: 'Apply',
    apiVersion,
    time: timestamp(options.now),
    fieldsType: 'FieldsV1',
    fieldsV1: mine,
  };
  const pruned = own
    ? removeStale(
        live,
        own.fieldsV1,
        mine,
        others.map(({ fieldsV1 }) => fieldsV1),
      )
    : live;
  const merged = strategicMergePatch(pruned, wanted, kind) as JsonObject;
  const unchanged = own !== undefined && same(own.fieldsV1, mine);
  return {
    object: {
      ...merged,
      metadata: {
        ...(merged['metadata'] as JsonObject),
        managedFields: [...others, unchanged ? own : entry] as unknown as Json,
      },
    },
    conflicts: options.force ? [] : conflicts,
  };
}
