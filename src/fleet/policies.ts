/** Applies NetworkPolicies, only ever into namespaces that the run created. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import { NetproofError } from '../model/errors.ts';
import { RUN_LABEL } from '../model/labels.ts';
import type { Context } from './context.ts';
import { createOurs } from './create-ours.ts';
import { undoObject } from './undo-object.ts';

export interface AppliedPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** @param where what to call the manifest in an error, e.g. `policies/web.yaml:12` */
export async function applyPolicy(
  { cluster, undo, runId }: Context,
  manifest: V1NetworkPolicy,
  where: string,
): Promise<AppliedPolicy> {
  const namespace = manifest.metadata?.namespace ?? '';
  const name = manifest.metadata?.name ?? '';
  const labelled: V1NetworkPolicy = {
    ...manifest,
    metadata: { ...manifest.metadata, labels: { ...manifest.metadata?.labels, [RUN_LABEL]: runId } },
  };
  const step = undoObject(cluster, runId, 'NetworkPolicy', namespace, name);
  const created = await undo
    .create(step, () => createOurs(cluster, 'NetworkPolicy', labelled))
    .catch((error: unknown) => {
      if (!(error instanceof NetproofError) || error.code === 'cluster-unreachable') throw error;
      throw new NetproofError(
        'deploy-failed',
        `${where}: policy ${namespace}/${name} was refused: ${error.message}`,
        { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) },
      );
    });
  return {
    namespace,
    name,
    uid: created.metadata?.uid ?? '',
    resourceVersion: created.metadata?.resourceVersion ?? '',
  };
}
