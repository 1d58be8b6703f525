import type { Cluster, Kind, Kinds } from '../../src/cluster/cluster.ts';
import { NetproofError } from '../../src/model/errors.ts';

type Stored = { readonly kind: Kind; readonly object: Kinds[Kind] };

export interface MemoryCluster extends Cluster {
  /** What was deleted, `Kind namespace/name`, in order. */
  readonly deletions: string[];
  readonly stored: readonly Stored[];
  put(kind: Kind, object: Kinds[Kind]): void;
  /** Takes an object away behind everybody's back. */
  drop(name: string): void;
}

export interface Oddities {
  /** True for what this user may not do; `where` is a namespace, or absent for all of them. */
  readonly forbidden?: (verb: 'list' | 'delete', kind: Kind, where: string | undefined) => boolean;
  /** Called before an object goes; returns false if it stays for now. */
  readonly onDelete?: (kind: Kind, name: string) => boolean;
  /** Lists ignore selectors. */
  readonly selectsAll?: boolean;
}

/** Objects in memory, with list, get and delete by UID; nothing else. */
export function memoryCluster(oddities: Oddities = {}): MemoryCluster {
  const { forbidden = () => false, onDelete = () => true, selectsAll = false } = oddities;
  const stored: Stored[] = [];
  const deletions: string[] = [];
  let uids = 0;
  const refuse = (verb: 'list' | 'delete', kind: Kind, where: string | undefined) => {
    if (forbidden(verb, kind, where)) {
      throw new NetproofError('forbidden', `not allowed to ${verb} ${kind} in ${where ?? 'all namespaces'}`);
    }
  };
  const unused = async (): Promise<never> => {
    throw new Error('not part of this double');
  };
  const drop = (name: string) => {
    stored.splice(
      stored.findIndex(({ object }) => object.metadata?.name === name),
      1,
    );
  };
  return {
    drop,
    server: 'memory',
    context: 'memory',
    traffic: { requests: 0, bytesSent: 0, bytesReceived: 0 },
    stored,
    deletions,
    put(kind, object) {
      stored.push({
        kind,
        object: { ...object, metadata: { uid: `uid-${uids++}`, ...object.metadata } } as Kinds[Kind],
      });
    },
    list: async <K extends Kind>(
      kind: K,
      { namespace, labelSelector }: { namespace?: string; labelSelector?: string } = {},
    ) => {
      refuse('list', kind, namespace);
      const [key = '', value] = (labelSelector ?? '').split('=');
      return stored
        .filter((one) => one.kind === kind)
        .map(({ object }) => object as Kinds[K])
        .filter(({ metadata }) => namespace === undefined || metadata?.namespace === namespace)
        .filter(({ metadata }) => {
          const label = metadata?.labels?.[key];
          return selectsAll || key === '' || (value === undefined ? label !== undefined : label === value);
        });
    },
    async delete(kind, namespace, name, uid) {
      refuse('delete', kind, namespace);
      const at = stored.findIndex((one) => one.kind === kind && one.object.metadata?.uid === uid);
      if (at === -1) return false;
      deletions.push(`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`);
      if (onDelete(kind, name)) stored.splice(at, 1);
      return true;
    },
    collect: unused,
    get: unused,
    metadata: unused,
    lastUnreachable: () => undefined,
    create: unused,
    watch: unused,
    followLog: unused,
    podTemplate: unused,
    can: unused,
    whoAmI: unused,
    apiVersions: unused,
    version: unused,
  };
}
