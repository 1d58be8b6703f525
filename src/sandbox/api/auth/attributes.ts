/** What a request asks to do, in the terms of RBAC (apiserver's pkg/endpoints/request, RequestInfo). */
import { parseTarget } from '../request.ts';

export interface ResourceAttributes {
  readonly kind: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for all namespaces and for what is in none. */
  readonly namespace: string;
  readonly name: string;
}

/** Anything but a resource: discovery, health, version. */
export interface PathAttributes {
  readonly kind: 'path';
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export function attributesOf(method: string, path: readonly string[], query: URLSearchParams): Attributes {
  const target = parseTarget(path);
  if (!target) return { kind: 'path', verb: method.toLowerCase(), path: `/${path.join('/')}` };
  const { group, plural: resource, namespace, name, subresource = '' } = target;
  // A namespace is in itself: a Role in it can grant to read it.
  const own = group === '' && resource === 'namespaces' ? name : undefined;
  return {
    kind: 'resource',
    verb: name === undefined ? collectionVerb(method, query) : (VERBS[method] ?? ''),
    group,
    resource,
    subresource,
    namespace: namespace ?? own ?? '',
    name: name ?? '',
    ...(name === undefined && method === 'GET' ? selectedName(query) : {}),
  };
}

function collectionVerb(method: string, query: URLSearchParams): string {
  if (method === 'DELETE') return 'deletecollection';
  if (method !== 'GET') return VERBS[method] ?? '';
  return ['true', '1'].includes(query.get('watch') ?? '') ? 'watch' : 'list';
}

/** A list of the one object of a name is covered by a right to that name. */
function selectedName(query: URLSearchParams): { readonly name?: string } {
  const name = /^metadata\.name==?([^,!=]+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  return name === undefined ? {} : { name };
}
