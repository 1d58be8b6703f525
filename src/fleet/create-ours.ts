/** Creates an object of the run over a connection that may break before the answer comes. */
import type { Cluster, Kind, Kinds } from '../cluster/cluster.ts';
import { NetproofError } from '../model/errors.ts';
import { RUN_LABEL } from '../model/labels.ts';

const MOST_TRIES = 3;

/**
 * A create is no request to repeat blindly, but every object of a run has a name of its own and the run's label:
 * after a lost answer one of that name and label is the one that was asked for, and if there is none the request
 * never arrived. Reads wait for the server to come back (see Cluster), so a restarting one is outlasted.
 */
export async function createOurs<K extends Kind>(
  cluster: Cluster,
  kind: K,
  object: Kinds[K],
): Promise<Kinds[K]> {
  const { name = '', namespace, labels } = object.metadata ?? {};
  for (let tries = 1; ; tries += 1) {
    try {
      return await cluster.create(kind, object);
    } catch (error) {
      // A later try may be refused because the first one arrived after all.
      if (!isLost(error) && tries === 1) throw error;
      const live = await cluster.get(kind, namespace, name);
      if (live && live.metadata?.labels?.[RUN_LABEL] === labels?.[RUN_LABEL]) return live;
      if (!isLost(error) || tries === MOST_TRIES) throw error;
    }
  }
}

function isLost(error: unknown): boolean {
  return error instanceof NetproofError && error.code === 'cluster-unreachable';
}
