/** Where explain and init read from: a cluster, or exported manifests. Nothing is changed and nothing sent. */
import type { Argv } from 'yargs';
import { NetproofError } from '../model/errors.ts';
import type { World } from '../policy/world.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { connectTo, type Credentials } from './clusters.ts';
import { clusterOptions } from './options.ts';

export interface SourceArguments extends Credentials {
  readonly manifests: string | undefined;
}

export const sourceOptions = (parser: Argv) =>
  clusterOptions(parser).option('manifests', {
    type: 'string',
    requiresArg: true,
    describe:
      'Read the manifests in this folder instead of a cluster: YAML and JSON, Lists, as kubectl exports them',
  });

export interface Read {
  readonly snapshot: Snapshot;
  readonly world: World;
}

/** Rejects with `usage` for both at once, and as the readers do. */
export async function readWorld({ manifests, kubeconfig, context }: SourceArguments): Promise<Read> {
  const { worldIn } = await import('../snapshot/world.ts');
  const snapshot = await readSnapshot({ manifests, kubeconfig, context });
  return { snapshot, world: worldIn(snapshot) };
}

async function readSnapshot({ manifests, kubeconfig, context }: SourceArguments): Promise<Snapshot> {
  const now = (): number => Date.now();
  if (manifests === undefined) {
    const { readCluster } = await import('../snapshot/cluster.ts');
    const { WORLD_PLACES: places } = await import('../snapshot/places.ts');
    return readCluster(await connectTo({ kubeconfig, context }), { places, sandbox: false, now });
  }
  if (kubeconfig !== undefined || context !== undefined) {
    throw new NetproofError('usage', '--manifests needs no cluster', {
      hint: 'leave out --kubeconfig and --context, or --manifests',
    });
  }
  const { readManifests } = await import('../snapshot/manifests.ts');
  const { manifestFiles } = await import('../snapshot/files.ts');
  return readManifests(manifests, manifestFiles, now);
}
