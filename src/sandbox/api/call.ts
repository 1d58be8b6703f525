/** One request about one resource: what it asks, in the terms of the verbs. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseEscalation } from './auth/escalation.ts';
import type { Guard } from './auth/guard.ts';
import type { Tokens } from './auth/tokens.ts';
import type { User } from './auth/user.ts';
import { readBody } from './body-reader.ts';
import type { FieldValidation } from './body.ts';
import type { DeleteOptions } from './deletion.ts';
import type { Lists } from './listing.ts';
import type { LogSource } from './log-source.ts';
import { type KubeObject, isJsonObject } from './object.ts';
import { type Status, badRequest } from './refusal.ts';
import type { Accept, Target } from './request.ts';
import type { Resource } from './resource.ts';
import { sendJson, setWarnings, shown } from './responding.ts';
import type { Rest, Written } from './rest.ts';
import { type IncludeObject, partial, table } from './table.ts';

export interface Parts {
  readonly rest: Rest;
  readonly lists: Lists;
  readonly logs: LogSource;
  readonly guard: Guard;
  readonly tokens: Tokens;
}

export interface Call extends Parts {
  readonly user: User;
  readonly resource: Resource;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly accept: Accept;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export const SUCCESS: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 200,
};

export const now = ({ rest }: Call): number => rest.context.now();
export const namespaceOf = ({ target }: Call): string => target.namespace ?? '';
export const nameOf = ({ target }: Call): string => target.name ?? '';

function fieldValidation(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') || 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  throw badRequest(`invalid fieldValidation "${value}"`);
}

export function writeOptions({ query, target, user, rest }: Call) {
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== 'All')
    throw badRequest(`invalid dryRun "${dryRun}": supported values: "All"`);
  return {
    dryRun: dryRun === 'All',
    fieldValidation: fieldValidation(query),
    permit: (resource: Resource, object: KubeObject): void =>
      refuseEscalation(resource, object, user, rest.context.store),
    ...(target.subresource === 'status' ? { subresource: 'status' as const } : {}),
  };
}

export const include = (query: URLSearchParams): IncludeObject => {
  const value = query.get('includeObject');
  return value === 'None' || value === 'Object' ? value : 'Metadata';
};

export function sendObject(call: Call, code: number, { object, warnings }: Written): void {
  setWarnings(call.response, warnings);
  sendJson(call.response, code, inForm(call, object));
}

/** The object in the form that the client asked for. */
function inForm(call: Call, object: KubeObject): object {
  if (call.accept.form === 'metadata') return partial(object);
  if (call.accept.form !== 'table') return shown(call.resource, object);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  return table(call.resource, [object], metadata, {
    include: include(call.query),
    now: now(call),
    headers: true,
  });
}

/** Options come in the body, and some in the query too. */
export async function deleteOptions(call: Call): Promise<DeleteOptions> {
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
