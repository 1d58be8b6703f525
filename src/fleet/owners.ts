/**
 * One ConfigMap per namespace owns the run's pods there: when it goes, Kubernetes' garbage collector takes them
 * too, whatever became of us. An owner must live in the namespace of what it owns.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { V1OwnerReference } from '../cluster/types.ts';
import { RUN_LABEL } from '../model/labels.ts';
import type { UndoStack } from './undo.ts';
import { createOurs } from './create-ours.ts';
import { undoObject } from './undo-object.ts';

export class Owners {
  readonly #cluster: Cluster;
  readonly #undo: UndoStack;
  readonly #runId: string;
  readonly #references = new Map<string, Promise<V1OwnerReference>>();

  constructor(cluster: Cluster, undo: UndoStack, runId: string) {
    this.#cluster = cluster;
    this.#undo = undo;
    this.#runId = runId;
  }

  in(namespace: string): Promise<V1OwnerReference> {
    let reference = this.#references.get(namespace);
    if (!reference) {
      reference = this.#create(namespace);
      this.#references.set(namespace, reference);
    }
    return reference;
  }

  async #create(namespace: string): Promise<V1OwnerReference> {
    const name = `netproof-${this.#runId}`;
    const step = undoObject(this.#cluster, this.#runId, 'ConfigMap', namespace, name);
    const created = await this.#undo.create(step, () =>
      createOurs(this.#cluster, 'ConfigMap', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, labels: { [RUN_LABEL]: this.#runId } },
      }),
    );
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name,
      uid: created.metadata?.uid ?? '',
      blockOwnerDeletion: false,
    };
  }
}
