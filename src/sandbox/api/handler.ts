/** One request about one resource, from verb to answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BudgetState, forbiddingBudget } from './budget.ts';
import { mediaType, readBody } from './body-reader.ts';
import type { FieldValidation } from './body.ts';
import { type DeleteOptions, type Deleted, deleteObject } from './deletion.ts';
import type { Lists } from './listing.ts';
import type { LogSource } from './log-source.ts';
import { type Pod, isJsonObject } from './object.ts';
import { patchObject } from './patching.ts';
import { sendLog } from './pod-log.ts';
import { Refusal, type Status, badRequest, methodNotAllowed, noSuchResource } from './refusal.ts';
import { type Accept, type Target } from './request.ts';
import type { Resource } from './resource.ts';
import { listText, sendJson, sendText, setWarnings, shown } from './responding.ts';
import { type Rest, type Written, objectBody } from './rest.ts';
import { loadModel } from './schema.ts';
import { type IncludeObject, table } from './table.ts';
import { watch } from './watching.ts';

export interface Parts {
  readonly rest: Rest;
  readonly lists: Lists;
  readonly logs: LogSource;
}

export interface Call extends Parts {
  readonly resource: Resource;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly accept: Accept;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 };

const now = ({ rest }: Call): number => rest.context.now();
const namespaceOf = ({ target }: Call): string => target.namespace ?? '';
const nameOf = ({ target }: Call): string => target.name ?? '';

function fieldValidation(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') || 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  throw badRequest(`invalid fieldValidation "${value}"`);
}

function writeOptions({ query, target }: Call) {
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== 'All')
    throw badRequest(`invalid dryRun "${dryRun}": supported values: "All"`);
  return {
    dryRun: dryRun === 'All',
    fieldValidation: fieldValidation(query),
    ...(target.subresource === 'status' ? { subresource: 'status' as const } : {}),
  };
}

const include = (query: URLSearchParams): IncludeObject => {
  const value = query.get('includeObject');
  return value === 'None' || value === 'Object' ? value : 'Metadata';
};

function sendObject(call: Call, code: number, { object, warnings }: Written): void {
  setWarnings(call.response, warnings);
  const whole = shown(call.resource, object);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  const options = { include: include(call.query), now: now(call), headers: true };
  sendJson(
    call.response,
    code,
    call.accept.table ? table(call.resource, [object], metadata, options) : whole,
  );
}

function list(call: Call): void {
  const { resource, query, response } = call;
  const { revisions, metadata } = call.lists.list(resource, call.target.namespace, query);
  if (!call.accept.table) return sendText(response, 200, listText(resource, revisions, metadata));
  const objects = revisions.map(({ object }) => object);
  const options = { include: include(query), now: now(call), headers: true };
  return sendJson(response, 200, table(resource, objects, metadata, options));
}

function startWatch(call: Call): void {
  const { resource, query, response, target, accept } = call;
  const request = {
    resource,
    namespace: target.namespace,
    query,
    ...(target.name === undefined ? {} : { name: target.name }),
    ...(accept.table ? { table: include(query) } : {}),
  };
  watch(call.rest.context.store, request, response, () => now(call));
}

const wantsWatch = (query: URLSearchParams): boolean => ['true', '1'].includes(query.get('watch') ?? '');

async function create(call: Call): Promise<void> {
  const body = objectBody((await readBody(call.request)) ?? null);
  await loadModel(call.resource.model);
  sendObject(call, 201, call.rest.create(call.resource, namespaceOf(call), body, writeOptions(call)));
}

async function replace(call: Call): Promise<void> {
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

async function patch(call: Call): Promise<void> {
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
    options: writeOptions(call),
  });
  sendObject(call, written.created ? 201 : 200, written);
}

/** Options come in the body, and some in the query too. */
async function deleteOptions(call: Call): Promise<DeleteOptions> {
  const { query } = call;
  const body = (await readBody(call.request)) ?? {};
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  return {
    ...(isJsonObject(body) ? (body as DeleteOptions) : {}),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
  };
}

/** An object on its way out is shown; one that is gone is confirmed, pods and Services by their last state. */
function sendDeleted(call: Call, { object, gone }: Deleted): void {
  const { group, plural } = call.resource;
  if (!gone || ['pods', 'services', 'serviceaccounts'].includes(plural))
    return sendJson(call.response, 200, shown(call.resource, object));
  const { name, uid } = object.metadata;
  const details = { name, ...(group ? { group } : {}), kind: plural, uid };
  return sendJson(call.response, 200, { ...SUCCESS, details });
}

async function remove(call: Call): Promise<void> {
  const options = await deleteOptions(call);
  sendDeleted(call, deleteObject(call.rest, call.resource, namespaceOf(call), nameOf(call), options));
}

async function removeCollection(call: Call): Promise<void> {
  const options = await deleteOptions(call);
  const query = new URLSearchParams(call.query);
  query.delete('limit');
  const { revisions, metadata } = call.lists.list(call.resource, call.target.namespace, query);
  for (const { object } of revisions)
    deleteObject(call.rest, call.resource, object.metadata.namespace ?? '', object.metadata.name, options);
  sendText(call.response, 200, listText(call.resource, revisions, metadata));
}

function budgetRefusal(pod: Pod, { name, state }: { name: string; state: BudgetState }): Refusal {
  const { desiredHealthy, currentHealthy } = state;
  return new Refusal(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
        },
      ],
      name: pod.metadata.name,
    },
  );
}

async function evict(call: Call): Promise<void> {
  const body = objectBody((await readBody(call.request)) ?? null);
  const options = isJsonObject(body['deleteOptions']) ? (body['deleteOptions'] as DeleteOptions) : {};
  const pod = call.rest.get(call.resource, namespaceOf(call), nameOf(call)).object as unknown as Pod;
  const budget = forbiddingBudget(call.rest.context.store, pod);
  if (budget) throw budgetRefusal(pod, budget);
  deleteObject(call.rest, call.resource, namespaceOf(call), nameOf(call), options);
  sendJson(call.response, 201, { ...SUCCESS, code: 201 });
}

function get(call: Call): void {
  const { object } = call.rest.get(call.resource, namespaceOf(call), nameOf(call));
  sendObject(call, 200, { object, warnings: [] });
}

function onCollection(call: Call): void | Promise<void> {
  switch (call.request.method) {
    case 'GET':
      return wantsWatch(call.query) ? startWatch(call) : list(call);
    case 'POST':
      if (call.resource.namespaced && call.target.namespace === undefined) throw methodNotAllowed();
      return create(call);
    case 'DELETE':
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

function onPod(call: Call, subresource: string): void | Promise<void> {
  if (subresource === 'eviction' && call.request.method === 'POST') return evict(call);
  if (subresource !== 'log' || call.request.method !== 'GET') throw noSuchResource();
  const pod = call.rest.get(call.resource, namespaceOf(call), nameOf(call)).object as unknown as Pod;
  return sendLog(pod, call.query, call.logs, call.response, now(call));
}

/** Throws a Refusal before anything is written. */
export function handle(call: Call): void | Promise<void> {
  const { target, resource } = call;
  if (target.name === undefined) return onCollection(call);
  if (resource.namespaced && target.namespace === undefined) throw noSuchResource();
  if (target.subresource === undefined || (target.subresource === 'status' && resource.hasStatus))
    return onObject(call);
  if (resource.plural === 'pods' && resource.group === '') return onPod(call, target.subresource);
  throw noSuchResource();
}
