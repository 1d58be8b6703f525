/** Namespaces of a run: created ones are new or the run ends; existing ones must be there. */
import { NetproofError } from '../model/errors.ts';
import { ANNOTATION, RUN_LABEL } from '../model/labels.ts';
import type { Plan } from '../model/plan.ts';
import type { NamespaceSpec } from '../model/scenario.ts';
import type { Context } from './context.ts';
import { undoObject } from './undo-object.ts';

/** Before anything is created: the existing ones are there, and the others are not. Names all that are wrong. */
export async function checkNamespaces({ cluster }: Context, { created, existing }: Plan): Promise<void> {
  const [clashing, missing] = await Promise.all([
    filtered(created, async ({ name }) => (await cluster.get('Namespace', undefined, name)) !== undefined),
    filtered(existing, async ({ name }) => {
      const namespace = await cluster.get('Namespace', undefined, name);
      return !namespace || namespace.metadata?.deletionTimestamp !== undefined;
    }),
  ]);
  if (clashing.length > 0) throw clash(clashing);
  if (missing.length === 0) return;
  throw new NetproofError('namespace-missing', 'namespaces do not exist', {
    issues: missing.map(({ name, position }) => ({
      message: `namespace ${name} does not exist in this cluster`,
      position,
      hint: 'write `create: true` to have it created for the run',
    })),
  });
}

async function filtered(
  specs: readonly NamespaceSpec[],
  isWrong: (spec: NamespaceSpec) => Promise<boolean>,
): Promise<readonly NamespaceSpec[]> {
  const wrong = await Promise.all(specs.map(isWrong));
  return specs.filter((_, index) => wrong[index]);
}

function clash(specs: readonly Partial<NamespaceSpec>[]): NetproofError {
  return new NetproofError('namespace-exists', 'namespaces exist already', {
    issues: specs.map(({ name, position }) => ({
      message: `namespace ${name} exists already; a run never reuses or deletes one`,
      ...(position && { position }),
      hint: 'remove `create: true`, or choose another name',
    })),
  });
}

export async function createNamespaces(context: Context, { created }: Plan): Promise<void> {
  // One after the other, so that a clash is found before much is created.
  for (const spec of created) await createNamespace(context, spec);
}

/** Probes are launched in it at once, so Pod Security stays as the cluster's owners set it. */
export async function createNamespace(
  { cluster, undo, runId }: Context,
  spec: Pick<NamespaceSpec, 'name' | 'labels'> & Partial<NamespaceSpec>,
): Promise<void> {
  const { name, labels } = spec;
  // Again: somebody may have created it meanwhile.
  if (await cluster.get('Namespace', undefined, name)) throw clash([spec]);
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
