/** The API server: HTTPS, and the paths of a Kubernetes API for whoever may take them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Server, createServer } from 'node:https';
import { attributesOf } from './auth/attributes.ts';
import { answerReview, reviewAt } from './auth/reviews.ts';
import { readBody } from './body-reader.ts';
import { GROUPS, aggregated, coreVersions, groupList, groupNamed, resourceList } from './discovery.ts';
import type { Parts } from './call.ts';
import { handle } from './handler.ts';
import { openApiIndex, openApiOf } from './openapi.ts';
import { badRequest, methodNotAllowed, noSuchResource } from './refusal.ts';
import { type Accept, parseAccept, parseTarget } from './request.ts';
import { resourceAt } from './resources.ts';
import { objectBody } from './rest.ts';
import { sendFailure, sendJson, sendText } from './responding.ts';
import { versionInfo } from './version.ts';

export interface ApiOptions extends Parts {
  readonly key: string;
  readonly certificate: string;
}

const OPENAPI_V2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

function sendAggregated(response: ServerResponse, groups: readonly string[], version: string): void {
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  sendText(response, 200, JSON.stringify(aggregated(groups, version)), type);
}

/** Paths that are not about objects; false if the path is none of them. */
function discover(path: readonly string[], accept: Accept, response: ServerResponse): boolean {
  const [first, second, third] = path;
  const known = `/${path.join('/')}`;
  const version = accept.form === 'discovery' ? accept.version : undefined;
  if (known === '/api' && version !== undefined) sendAggregated(response, [''], version);
  else if (known === '/apis' && version !== undefined) sendAggregated(response, GROUPS, version);
  else if (known === '/api') sendJson(response, 200, coreVersions());
  else if (known === '/apis') sendJson(response, 200, groupList());
  else if (known === '/version') sendJson(response, 200, versionInfo());
  else if (['/readyz', '/livez', '/healthz'].includes(known)) sendText(response, 200, 'ok', 'text/plain');
  // An empty Document: kubectl asks for it to tell kinds that it has not seen in v3 from those that there are not.
  else if (known === '/openapi/v2') sendText(response, 200, '', OPENAPI_V2);
  else if (known === '/openapi/v3') sendJson(response, 200, openApiIndex());
  else if (known.startsWith('/openapi/v3/')) sendJson(response, 200, openApiOf(path.slice(2).join('/')));
  else if (first === 'api' && path.length === 2) sendJson(response, 200, resourceList('', second ?? ''));
  else if (first === 'apis' && path.length === 2) sendJson(response, 200, groupNamed(second ?? ''));
  else if (first === 'apis' && path.length === 3)
    sendJson(response, 200, resourceList(second ?? '', third ?? ''));
  else return false;
  return true;
}

/** Throws 400 for an address that can't be read. */
function addressOf(request: IncomingMessage): {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
} {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://sandbox');
    return { path: pathname.split('/').filter(Boolean).map(decodeURIComponent), query: searchParams };
  } catch {
    throw badRequest('the address of the request can not be read');
  }
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path, query } = addressOf(request);
  const user = parts.guard.admit(request.headers, attributesOf(request.method ?? '', path, query));
  const accept = parseAccept(request.headers.accept);
  if (request.method === 'GET' && discover(path, accept, response)) return;
  const target = parseTarget(path);
  if (!target) throw noSuchResource();
  const review = reviewAt(target.group, target.version, target.plural);
  if (review) {
    if (request.method !== 'POST') throw methodNotAllowed();
    const asked = objectBody((await readBody(request)) ?? null);
    const reviewer = { store: parts.rest.context.store, guard: parts.guard, user };
    sendJson(response, 201, answerReview(review, asked, reviewer, target.namespace));
    return;
  }
  const resource = resourceAt(target.group, target.version, target.plural);
  if (!resource || (!resource.namespaced && target.namespace !== undefined)) throw noSuchResource();
  await handle({ ...parts, user, resource, target, query, accept, request, response });
}

/** Listens nowhere yet. */
export function createApi({ key, certificate, ...parts }: ApiOptions): Server {
  const server = createServer({ key, cert: certificate, minVersion: 'TLSv1.2' }, (request, response) => {
    // A client that goes away in the middle of a stream is no fault.
    response.on('error', () => undefined);
    route(parts, request, response).catch((error: unknown) => sendFailure(response, error));
  });
  // Watches and followed logs live long, idle connections of clients are kept for them.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  return server;
}
