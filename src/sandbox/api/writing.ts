/** Creating, replacing, patching, deleting. */
import { mediaType, readBody } from './body-reader.ts';
import { type Call, SUCCESS, deleteOptions, nameOf, namespaceOf, sendObject, writeOptions } from './call.ts';
import { type Deleted, deleteObject } from './deletion.ts';
import { patchObject } from './patching.ts';
import { listText, sendJson, sendText } from './responding.ts';
import { objectBody } from './rest.ts';
import { loadModel } from './schema.ts';

export async function create(call: Call): Promise<void> {
  const body = objectBody((await readBody(call.request)) ?? null);
  await loadModel(call.resource.model);
  sendObject(call, 201, call.rest.create(call.resource, namespaceOf(call), body, writeOptions(call)));
}

export async function replace(call: Call): Promise<void> {
  const body = objectBody((await readBody(call.request)) ?? null);
  await loadModel(call.resource.model);
  const written = call.rest.update(
    call.resource,
    namespaceOf(call),
    nameOf(call),
    () => body,
    writeOptions(call),
  );
  sendObject(call, 200, written);
}

function demandCreate({ guard, user, resource: { group, plural }, target }: Call): void {
  const { namespace = '', name = '' } = target;
  guard.demand(user, {
    kind: 'resource',
    verb: 'create',
    group,
    resource: plural,
    subresource: '',
    namespace,
    name,
  });
}

export async function patch(call: Call): Promise<void> {
  const body = (await readBody(call.request)) ?? {};
  await loadModel(call.resource.model);
  const written = patchObject(call.rest, {
    resource: call.resource,
    namespace: namespaceOf(call),
    name: nameOf(call),
    type: mediaType(call.request),
    patch: body,
    manager: call.query.get('fieldManager') ?? '',
    force: call.query.get('force') === 'true',
    demandCreate: () => demandCreate(call),
    options: writeOptions(call),
  });
  sendObject(call, written.created ? 201 : 200, written);
}

/** An object on its way out is shown; one that is gone is confirmed, pods and Services by their last state. */
function sendDeleted(call: Call, { object, gone }: Deleted): void {
  const { group, plural } = call.resource;
  if (!gone || ['pods', 'services', 'serviceaccounts'].includes(plural))
    return sendObject(call, 200, { object, warnings: [] });
  const { name, uid } = object.metadata;
  const details = { name, ...(group ? { group } : {}), kind: plural, uid };
  return sendJson(call.response, 200, { ...SUCCESS, details });
}

export async function remove(call: Call): Promise<void> {
  const options = await deleteOptions(call);
  sendDeleted(call, deleteObject(call.rest, call.resource, namespaceOf(call), nameOf(call), options));
}

export async function removeCollection(call: Call): Promise<void> {
  const options = await deleteOptions(call);
  const query = new URLSearchParams(call.query);
  query.delete('limit');
  const { revisions, metadata } = call.lists.list(call.resource, call.target.namespace, query);
  for (const { object } of revisions)
    deleteObject(call.rest, call.resource, object.metadata.namespace ?? '', object.metadata.name, options);
  sendText(call.response, 200, listText(call.resource, revisions, metadata));
}
