/** What hangs below an object: a pod's log and eviction, a workload's scale, a service account's token. */
import { requestToken } from './auth/token-request.ts';
import { mediaType, readBody } from './body-reader.ts';
import { type BudgetState, forbiddingBudget } from './budget.ts';
import { type Call, SUCCESS, nameOf, namespaceOf, now, writeOptions } from './call.ts';
import { type DeleteOptions, deleteObject } from './deletion.ts';
import { type JsonObject, type KubeObject, type Known, type Pod, isJsonObject } from './object.ts';
import { patchedScale } from './patching.ts';
import { sendLog } from './pod-log.ts';
import { Refusal, methodNotAllowed, noSuchResource } from './refusal.ts';
import { sendJson } from './responding.ts';
import { objectBody } from './rest.ts';
import { scaleOf, withScale } from './scale.ts';
import { loadModel } from './schema.ts';

const stored = (call: Call): KubeObject =>
  call.rest.get(call.resource, namespaceOf(call), nameOf(call)).object;

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
  const pod = stored(call) as unknown as Pod;
  const budget = forbiddingBudget(call.rest.context.store, pod);
  if (budget) throw budgetRefusal(pod, budget);
  deleteObject(call.rest, call.resource, namespaceOf(call), nameOf(call), options);
  sendJson(call.response, 201, { ...SUCCESS, code: 201 });
}

async function changeScale(call: Call): Promise<void> {
  const body = (await readBody(call.request)) ?? {};
  await loadModel(call.resource.model);
  const scale = scaleOf(stored(call));
  const asked = call.request.method === 'PATCH' ? patchedScale(scale, body, mediaType(call.request)) : body;
  const change = (current: object) => withScale(current as JsonObject, objectBody(asked));
  const { object } = call.rest.update(
    call.resource,
    namespaceOf(call),
    nameOf(call),
    change,
    writeOptions(call),
  );
  sendJson(call.response, 200, scaleOf(object));
}

export function onScale(call: Call): void | Promise<void> {
  if (call.request.method === 'PUT' || call.request.method === 'PATCH') return changeScale(call);
  if (call.request.method !== 'GET') throw methodNotAllowed();
  return sendJson(call.response, 200, scaleOf(stored(call)));
}

export function onPod(call: Call, subresource: string): void | Promise<void> {
  if (subresource === 'eviction' && call.request.method === 'POST') return evict(call);
  if (subresource !== 'log' || call.request.method !== 'GET') throw noSuchResource();
  const pod = stored(call) as unknown as Pod;
  return sendLog(pod, call.query, call.logs, call.response, now(call));
}

export async function onAccount(call: Call, subresource: string): Promise<void> {
  if (subresource !== 'token' || call.request.method !== 'POST') throw noSuchResource();
  const asked = objectBody((await readBody(call.request)) ?? {});
  const account = stored(call) as unknown as Known['serviceaccounts'];
  sendJson(call.response, 201, requestToken(account, asked, call.tokens, now(call)));
}
