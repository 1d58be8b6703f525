/** Namespaces of a run: created ones are new or the run ends; existing ones must be there. */
import type { V1Namespace } from '../cluster/types.ts';
import { type Issue, NetproofError } from '../model/errors.ts';
import { ANNOTATION, RUN_LABEL } from '../model/labels.ts';
import type { Plan } from '../model/plan.ts';
import type { NamespaceSpec } from '../model/scenario.ts';
import type { Context } from './context.ts';
import { createOurs } from './create-ours.ts';
import { undoObject } from './undo-object.ts';

/** How long one that is being deleted may take to go, milliseconds, and how often it is looked for. */
const DELETION_BUDGET_MS = 60_000;
const POLL_MS = 500;

/** Before anything is created: the existing ones are there, and the others are not. Names all that are wrong. */
export async function checkNamespaces(context: Context, { created, existing }: Plan): Promise<void> {
  const clashing = await Promise.all(created.map((spec) => clash(context, spec)));
  refuse('namespace-exists', 'namespaces exist already', clashing);
  const missing = await Promise.all(existing.map((spec) => absence(context, spec)));
  refuse('namespace-missing', 'namespaces do not exist', missing);
}

function refuse(
  code: 'namespace-exists' | 'namespace-missing',
  message: string,
  found: readonly (Issue | undefined)[],
): void {
  const issues = found.filter((issue) => issue !== undefined);
  if (issues.length > 0) throw new NetproofError(code, message, { issues });
}

async function clash(context: Context, { name, position }: NamespaceSpec): Promise<Issue | undefined> {
  const namespace = await unlessGone(context, name);
  if (!namespace) return undefined;
  const run = namespace.metadata?.labels?.[RUN_LABEL];
  return {
    message: `namespace ${name} exists already; a run never reuses or deletes one`,
    position,
    hint:
      run === undefined
        ? 'remove `create: true`, or choose another name'
        : `run ${run} made it: if that is over, netproof cleanup --run-id ${run}`,
  };
}

/** The namespace, if it is there to stay: one that was just deleted, by an earlier run perhaps, is waited for. */
async function unlessGone(
  { cluster, clock, emit, signal }: Context,
  name: string,
): Promise<V1Namespace | undefined> {
  const giveUpAt = clock.now() + DELETION_BUDGET_MS;
  let namespace = await cluster.get('Namespace', undefined, name);
  if (namespace?.metadata?.deletionTimestamp)
    emit({ kind: 'note', message: `waiting for namespace ${name}, which is being deleted` });
  while (namespace?.metadata?.deletionTimestamp && clock.now() < giveUpAt) {
    signal.throwIfAborted();
    await clock.wait(POLL_MS, signal);
    namespace = await cluster.get('Namespace', undefined, name);
  }
  return namespace;
}

async function absence({ cluster }: Context, { name, position }: NamespaceSpec): Promise<Issue | undefined> {
  const namespace = await cluster.get('Namespace', undefined, name);
  if (namespace && !namespace.metadata?.deletionTimestamp) return undefined;
  return {
    message: `namespace ${name} does not exist in this cluster`,
    position,
    hint: 'write `create: true` to have it created for the run',
  };
}

export async function createNamespaces(context: Context, { created }: Plan): Promise<void> {
  // One after the other, so that a clash is found before much is created.
  for (const spec of created) await createNamespace(context, spec);
}

/** Probes are launched in it at once, so Pod Security stays as the cluster's owners set it. */
export async function createNamespace(
  { cluster, undo, runId }: Context,
  { name, labels }: Pick<NamespaceSpec, 'name' | 'labels'>,
): Promise<void> {
  await undo.create(undoObject(cluster, runId, 'Namespace', undefined, name), () =>
    createOurs(cluster, 'Namespace', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { ...labels, [RUN_LABEL]: runId },
        annotations: { [ANNOTATION.createdByRun]: runId },
      },
    }),
  );
}
