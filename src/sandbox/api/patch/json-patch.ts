/** JSON Patch, RFC 6902. */
import { type Json, type JsonObject, isJsonObject, same } from '../object.ts';

export class PatchError extends Error {}

const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

function pointer(text: unknown): string[] {
  if (text === '') return [];
  if (typeof text !== 'string' || !text.startsWith('/'))
    throw new PatchError(`invalid pointer ${String(text)}`);
  return text.slice(1).split('/').map(unescape);
}

function index(list: readonly Json[], part: string, last: number): number {
  const at = part === '-' ? list.length : Number(part);
  if (!/^(-|\d+)$/.test(part) || at > last) throw new PatchError(`index ${part} is out of bounds`);
  return at;
}

function read(document: Json, path: readonly string[]): Json {
  let value = document;
  for (const part of path) {
    const next: Json | undefined = Array.isArray(value)
      ? (value as readonly Json[])[index(value as readonly Json[], part, value.length - 1)]
      : isJsonObject(value) && Object.hasOwn(value, part)
        ? value[part]
        : undefined;
    if (next === undefined) throw new PatchError(`path /${path.join('/')} does not exist`);
    value = next;
  }
  return value;
}

type Edit = 'add' | 'remove' | 'replace';

/** The document with one place changed. */
function edit(document: Json, path: readonly string[], how: Edit, value: Json): Json {
  const [part, ...rest] = path;
  if (part === undefined) return how === 'remove' ? null : value;
  if (Array.isArray(document)) {
    const list = [...(document as readonly Json[])];
    const at = index(list, part, how === 'add' && rest.length === 0 ? list.length : list.length - 1);
    if (rest.length > 0) list[at] = edit(list[at] ?? null, rest, how, value);
    else if (how === 'add') list.splice(at, 0, value);
    else if (how === 'remove') list.splice(at, 1);
    else list[at] = value;
    return list;
  }
  if (!isJsonObject(document)) throw new PatchError(`path part ${part} does not exist`);
  if (!Object.hasOwn(document, part) && (rest.length > 0 || how !== 'add'))
    throw new PatchError(`path part ${part} does not exist`);
  if (rest.length > 0) return { ...document, [part]: edit(document[part] ?? null, rest, how, value) };
  if (how !== 'remove') return { ...document, [part]: value };
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== part));
}

function step(document: Json, operation: JsonObject): Json {
  const path = pointer(operation['path']);
  const value = operation['value'] ?? null;
  switch (operation['op']) {
    case 'add':
    case 'replace':
    case 'remove':
      return edit(document, path, operation['op'], value);
    case 'test':
      if (!same(read(document, path), value)) throw new PatchError(`testing path /${path.join('/')} failed`);
      return document;
    case 'copy':
      return edit(document, path, 'add', read(document, pointer(operation['from'])));
    case 'move': {
      const from = pointer(operation['from']);
      return edit(edit(document, from, 'remove', null), path, 'add', read(document, from));
    }
    default:
      throw new PatchError(`unexpected kind: ${JSON.stringify(operation['op'])}`);
  }
}

/** Throws a PatchError when an operation cannot be carried out; nothing is changed in place. */
export function jsonPatch(document: Json, operations: Json): Json {
  if (!Array.isArray(operations)) throw new PatchError('a JSON patch is a list of operations');
  return (operations as readonly Json[]).reduce((current, operation) => {
    if (!isJsonObject(operation)) throw new PatchError('an operation is an object');
    return step(current, operation);
  }, document);
}
