/** Namespaces of a run: created ones are new or the run ends; existing ones must be there. */
import { NetproofError } from '../model/errors.ts';
import { ANNOTATION, RUN_LABEL } from '../model/labels.ts';
import type { Plan } from '../model/plan.ts';
import type { Context } from './context.ts';
import { undoObject } from './undo-object.ts';

export async function ensureNamespaces(context: Context, plan: Plan): Promise<void> {
  await Promise.all(plan.existing.map(({ name }) => mustExist(context, name)));
  // One after the other, so that a clash is found before much is created.
  for (const { name, labels } of plan.created) await createNamespace(context, name, labels);
}

async function mustExist({ cluster }: Context, name: string): Promise<void> {
  const namespace = await cluster.get('Namespace', undefined, name);
  if (!namespace || namespace.metadata?.deletionTimestamp) {
    throw new NetproofError('namespace-missing', `namespace ${name} does not exist in this cluster`, {
      hint: 'write `create: true` to have it created for the run',
    });
  }
}

/** Probes are launched in it at once, so Pod Security stays as the cluster's owners set it. */
export async function createNamespace(
  { cluster, undo, runId }: Context,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  if (await cluster.get('Namespace', undefined, name)) {
    throw new NetproofError(
      'namespace-exists',
      `namespace ${name} exists already; a run never reuses or deletes one`,
      {
        hint: 'remove `create: true`, or choose another name',
      },
    );
  }
  await undo.create(undoObject(cluster, runId, 'Namespace', undefined, name), () =>
    cluster.create('Namespace', {
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
