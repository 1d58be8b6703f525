/** Merge patches: RFC 7386, and Kubernetes' strategic one, which merges lists by key. */
import { type Json, type JsonObject, isJsonObject, same } from '../object.ts';
import { mergeKeys, mergesAsSet } from './merge-keys.ts';

export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, Json> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

const sameKeys = (a: Json, b: Json, keys: readonly string[]): boolean =>
  isJsonObject(a) && isJsonObject(b) && keys.every((key) => same(a[key], b[key]));

function mergeList(
  target: readonly Json[],
  patch: readonly Json[],
  keys: readonly string[],
  kind: string,
  path: readonly string[],
): Json[] {
  const replaces = patch.some((item) => isJsonObject(item) && item['$patch'] === 'replace');
  const result = replaces ? [] : [...target];
  for (const item of patch) {
    if (isJsonObject(item) && item['$patch'] === 'replace') continue;
    const at = result.findIndex((one) => sameKeys(one, item, keys));
    if (isJsonObject(item) && item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategic(result[at], item, kind, path);
    else result.push(strategic({}, item, kind, path));
  }
  return result;
}

/** Elements in the wanted order; those the order does not name keep their place at the end. */
function ordered(list: readonly Json[], order: readonly Json[], keys: readonly string[] | undefined): Json[] {
  const rank = (item: Json): number => {
    const at = order.findIndex((one) => (keys ? sameKeys(one, item, keys) : same(one, item)));
    return at < 0 ? order.length : at;
  };
  return list.toSorted((a, b) => rank(a) - rank(b));
}

function mergeField(target: Json | undefined, value: Json, kind: string, path: readonly string[]): Json {
  if (!Array.isArray(value)) return strategic(target, value, kind, path);
  const items = value as readonly Json[];
  const keys = mergeKeys(kind, path);
  if (keys) return mergeList(listOf(target), items, keys, kind, path);
  if (!mergesAsSet(path)) return items;
  const had = listOf(target);
  return [...had, ...items.filter((item) => !had.includes(item))];
}

const SET_ORDER = '$setElementOrder/';
const DELETE_PLAIN = '$deleteFromPrimitiveList/';
const RETAIN = '$retainKeys';

function directives(
  result: Record<string, Json>,
  patch: JsonObject,
  kind: string,
  path: readonly string[],
): void {
  for (const [key, value] of Object.entries(patch)) {
    const items = listOf(value);
    if (key.startsWith(DELETE_PLAIN)) {
      const field = key.slice(DELETE_PLAIN.length);
      result[field] = listOf(result[field]).filter((item) => !items.includes(item));
    } else if (key.startsWith(SET_ORDER)) {
      const field = key.slice(SET_ORDER.length);
      if (result[field] !== undefined)
        result[field] = ordered(listOf(result[field]), items, mergeKeys(kind, [...path, field]));
    } else if (key === RETAIN) {
      for (const field of Object.keys(result)) if (!items.includes(field)) delete result[field];
    }
  }
}

function strategic(target: Json | undefined, patch: Json, kind: string, path: readonly string[]): Json {
  if (!isJsonObject(patch)) return patch;
  const base: Record<string, Json> =
    isJsonObject(target) && patch['$patch'] !== 'replace' ? { ...target } : {};
  if (patch['$patch'] === 'delete') return {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete base[key];
    else base[key] = mergeField(base[key], value, kind, [...path, key]);
  }
  directives(base, patch, kind, path);
  return base;
}

export const strategicMergePatch = (target: Json, patch: Json, kind: string): Json =>
  strategic(target, patch, kind, []);
