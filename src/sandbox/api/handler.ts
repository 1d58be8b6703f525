/** From method and path to what is done. */
import type { Call } from './call.ts';
import { get, list, startWatch, wantsWatch } from './reading.ts';
import { methodNotAllowed, noSuchResource } from './refusal.ts';
import { onAccount, onPod, onScale } from './subresources.ts';
import { create, patch, remove, removeCollection, replace } from './writing.ts';

function onCollection(call: Call): void | Promise<void> {
  switch (call.request.method) {
    case 'GET':
      return wantsWatch(call.query) ? startWatch(call) : list(call);
    case 'POST':
      if (call.resource.namespaced && call.target.namespace === undefined) throw methodNotAllowed();
      return create(call);
    case 'DELETE':
      if (call.resource.namespaced && call.target.namespace === undefined) throw methodNotAllowed();
      return removeCollection(call);
    default:
      throw methodNotAllowed();
  }
}

function onObject(call: Call): void | Promise<void> {
  const status = call.target.subresource === 'status';
  switch (call.request.method) {
    case 'GET':
      return wantsWatch(call.query) ? startWatch(call) : get(call);
    case 'PUT':
      return replace(call);
    case 'PATCH':
      return patch(call);
    case 'DELETE':
      if (status) throw methodNotAllowed();
      return remove(call);
    default:
      throw methodNotAllowed();
  }
}

/** Throws a Refusal before anything is written. */
export function handle(call: Call): void | Promise<void> {
  const { target, resource } = call;
  if (target.name === undefined) return onCollection(call);
  if (resource.namespaced && target.namespace === undefined) throw noSuchResource();
  if (target.subresource === undefined || (target.subresource === 'status' && resource.hasStatus))
    return onObject(call);
  if (target.subresource === 'scale' && resource.subresources.some(({ name }) => name === 'scale'))
    return onScale(call);
  if (resource.plural === 'pods' && resource.group === '') return onPod(call, target.subresource);
  if (resource.plural === 'serviceaccounts') return onAccount(call, target.subresource);
  throw noSuchResource();
}
