/** Getting, listing, watching. */
import { type Call, include, nameOf, namespaceOf, now, sendObject } from './call.ts';
import { listText, sendJson, sendText } from './responding.ts';
import { table } from './table.ts';
import { watch } from './watching.ts';

export function list(call: Call): void {
  const { resource, query, response } = call;
  const { revisions, metadata } = call.lists.list(resource, call.target.namespace, query);
  if (call.accept.form !== 'table') return sendText(response, 200, listText(resource, revisions, metadata));
  const objects = revisions.map(({ object }) => object);
  const options = { include: include(query), now: now(call), headers: true };
  return sendJson(response, 200, table(resource, objects, metadata, options));
}

export function startWatch(call: Call): void {
  const { resource, query, response, target, accept } = call;
  const request = {
    resource,
    namespace: target.namespace,
    query,
    ...(target.name === undefined ? {} : { name: target.name }),
    ...(accept.form === 'table' ? { table: include(query) } : {}),
  };
  watch(call.rest.context.store, request, response, () => now(call));
}

export const wantsWatch = (query: URLSearchParams): boolean =>
  ['true', '1'].includes(query.get('watch') ?? '');

export function get(call: Call): void {
  const { object } = call.rest.get(call.resource, namespaceOf(call), nameOf(call));
  sendObject(call, 200, { object, warnings: [] });
}
