/** What is in the cluster: made, removed, listed, awaited. */
import { setTimeout as delay } from 'node:timers/promises';
import { RUN_LABEL } from '../../../src/model/labels.ts';
import { send, unlessMissing } from './api.ts';
import { kindOf, kinds, pathOf } from './kinds.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

async function addressOf({ apiVersion, kind, metadata }: Manifest): Promise<string> {
  const { namespace, name } = metadata;
  return pathOf(await kindOf({ apiVersion, kind }), namespace, name);
}

/** Creates or changes them, one after the other. */
export async function apply(...items: readonly Manifest[]): Promise<void> {
  await applyAs('netproof-e2e', ...items);
}

/** As somebody else's program would: the API server keeps its name. */
export async function applyAs(manager: string, ...items: readonly Manifest[]): Promise<void> {
  for (const item of items) await patch(item, { fieldManager: manager });
}

/** Resolves if the API server would take them; nothing is changed. */
export async function tryOut(...items: readonly Manifest[]): Promise<void> {
  for (const item of items) await patch(item, { fieldManager: 'netproof-e2e', dryRun: 'All' });
}

async function patch(item: Manifest, options: Readonly<Record<string, string>>): Promise<void> {
  const query = new URLSearchParams({ ...options, force: 'true', fieldValidation: 'Strict' });
  await send('PATCH', `${await addressOf(item)}?${query.toString()}`, item, 'application/apply-patch+yaml');
}

/** Resolves when none of them is there any more. */
export async function remove(...items: readonly Manifest[]): Promise<void> {
  for (const item of items) {
    const path = await addressOf(item);
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
    const gone = await unlessMissing(send('DELETE', path, options));
    if (gone === undefined) continue;
    await eventually(
      () => unlessMissing(send<Manifest>('GET', path)),
      (left) => left === undefined,
      120_000,
    );
  }
}

/** @param selector of labels */
export async function list(
  plural: string,
  namespace?: string,
  selector?: string,
): Promise<readonly Manifest[]> {
  const query = selector === undefined ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
  const kind = await kindOf({ plural });
  const { items } = await send<{ readonly items: readonly Manifest[] }>(
    'GET',
    `${pathOf(kind, namespace)}${query}`,
  );
  return items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
}

/**
 * Cilium keeps an object of its own per set of labels that pods ever had, and collects those out of use itself,
 * a quarter of an hour later (cilium-operator, --identity-gc-interval).
 */
const COLLECTED_LATER = ['ciliumidentities'];

/** Everything of every kind that can be listed and carries the run label. */
export async function leftovers(): Promise<readonly string[]> {
  const listed = (await kinds()).filter(
    ({ verbs, plural }) => verbs.includes('list') && !COLLECTED_LATER.includes(plural),
  );
  const query = `?labelSelector=${encodeURIComponent(RUN_LABEL)}`;
  const found = await Promise.all(
    listed.map(async (kind) => {
      const { items } = await send<{ readonly items: readonly Manifest[] }>('GET', `${pathOf(kind)}${query}`);
      return items.map(({ metadata }) => `${kind.plural} ${metadata.namespace ?? ''}/${metadata.name}`);
    }),
  );
  return found.flat();
}

/** Resolves once nothing is left of any run: the API server empties namespaces in the background. */
export async function nothingLeft(): Promise<void> {
  await eventually(leftovers, ({ length }) => length === 0);
}

interface Rollout {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** Resolves when all pods of the Deployment are the newest and serve. */
export async function rolledOut(namespace: string, name: string): Promise<void> {
  const kind = await kindOf({ plural: 'deployments', apiVersion: 'apps/v1' });
  await eventually(
    () => send<Rollout>('GET', pathOf(kind, namespace, name)),
    ({ metadata, spec, status }) =>
      status?.observedGeneration === metadata.generation &&
      status.updatedReplicas === spec.replicas &&
      status.availableReplicas === spec.replicas,
    90_000,
  );
}

/** Asks until the answer is as wanted; rejects with the last answer after a minute. */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (value: T) => boolean,
  limitMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value).slice(0, 2000)}`);
    await delay(200);
  }
}
