/** The undo step of an object of the run: found by name, recognised by label, deleted by UID. */
import type { Cluster } from '../cluster/cluster.ts';
import { RUN_LABEL } from '../model/labels.ts';
import type { UndoStep } from './undo.ts';

const GROUPS = {
  Pod: 'pods',
  NetworkPolicy: 'policies',
  Service: 'services',
  ConfigMap: 'owners',
  Namespace: 'namespaces',
} as const;

export function undoObject(
  cluster: Cluster,
  runId: string,
  kind: keyof typeof GROUPS,
  namespace: string | undefined,
  name: string,
): UndoStep {
  return {
    group: GROUPS[kind],
    what: `${kind.toLowerCase()} ${namespace === undefined ? name : `${namespace}/${name}`}`,
    undo: async () => {
      const live = await cluster.metadata(kind, namespace, name);
      const uid = live?.labels?.[RUN_LABEL] === runId ? live.uid : undefined;
      return uid !== undefined && (await cluster.delete(kind, namespace, name, uid));
    },
  };
}
