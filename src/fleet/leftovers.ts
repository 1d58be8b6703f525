/** What carries the run label in a cluster, as far as we may look. */
import type { Cluster, Kinds } from '../cluster/cluster.ts';
import { NetproofError } from '../model/errors.ts';
import { ANNOTATION, RUN_LABEL } from '../model/labels.ts';

/** The kinds that a run creates, in the order in which they go: what packets depend on outlives the pods. */
export const CREATED_KINDS = ['Pod', 'ConfigMap', 'NetworkPolicy', 'Namespace'] as const;
export type CreatedKind = (typeof CREATED_KINDS)[number];

export interface Leftover {
  readonly kind: CreatedKind;
  readonly namespace: string | undefined;
  readonly name: string;
}
export interface Found extends Leftover {
  readonly uid: string;
  readonly runId: string;
  /** Milliseconds since the Unix epoch, on the cluster's clock. */
  readonly createdAt: number;
  /** Namespaces: the run that says, by annotation, that it created it. */
  readonly createdBy: string | undefined;
}
export interface Skipped extends Leftover {
  readonly why: string;
}

export interface Search {
  readonly found: readonly Found[];
  /** Where we were not allowed to look; its name is `*`. */
  readonly hidden: readonly Skipped[];
}

/** Looks in all namespaces at once or, where that is forbidden, in each that we may look into. */
export async function findLeftovers(cluster: Cluster, kind: CreatedKind, runId?: string): Promise<Search> {
  try {
    return { found: await findIn(cluster, kind, runId, undefined), hidden: [] };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    if (kind === 'Namespace') return { found: [], hidden: [unseen(kind, undefined, error)] };
  }
  const namespaces = await cluster.list('Namespace');
  const searches = await Promise.all(
    namespaces.map(async ({ metadata }) => searchNamespace(cluster, kind, runId, metadata?.name ?? '')),
  );
  return { found: searches.flatMap(({ found }) => found), hidden: searches.flatMap(({ hidden }) => hidden) };
}

async function searchNamespace(
  cluster: Cluster,
  kind: CreatedKind,
  runId: string | undefined,
  namespace: string,
): Promise<Search> {
  try {
    return { found: await findIn(cluster, kind, runId, namespace), hidden: [] };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { found: [], hidden: [unseen(kind, namespace, error)] };
  }
}

async function findIn(
  cluster: Cluster,
  kind: CreatedKind,
  runId: string | undefined,
  namespace: string | undefined,
): Promise<Found[]> {
  const labelSelector = runId === undefined ? RUN_LABEL : `${RUN_LABEL}=${runId}`;
  const objects = await cluster.list(kind, { labelSelector, ...(namespace !== undefined && { namespace }) });
  return objects.flatMap((object) => describe(kind, object, runId));
}

/** The label is looked at again: what is deleted must not hang on another program's reading of a selector. */
function describe(kind: CreatedKind, { metadata }: Kinds[CreatedKind], wanted: string | undefined): Found[] {
  const runId = metadata?.labels?.[RUN_LABEL];
  if (metadata?.uid === undefined || metadata.name === undefined || runId === undefined) return [];
  if (wanted !== undefined && runId !== wanted) return [];
  return [
    {
      kind,
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      runId,
      createdAt: Date.parse(metadata.creationTimestamp ?? ''),
      createdBy: metadata.annotations?.[ANNOTATION.createdByRun],
    },
  ];
}

function unseen(kind: CreatedKind, namespace: string | undefined, { message }: NetproofError): Skipped {
  return { kind, namespace, name: '*', why: message };
}

function isForbidden(error: unknown): error is NetproofError {
  return error instanceof NetproofError && error.code === 'forbidden';
}
