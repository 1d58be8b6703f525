/** Collects objects whose owners are all gone, or never were: an owner is known by its UID, not by its name. */
import { deleteObject } from '../api/deletion.ts';
import type { KubeObject } from '../api/object.ts';
import { Refusal } from '../api/refusal.ts';
import { storeName } from '../api/resource.ts';
import { RESOURCES, resourceOfKind, resourceOfStore } from '../api/resources.ts';
import type { ControlContext } from './context.ts';
import { coalesced } from './later.ts';

interface Dependant {
  readonly store: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}
type Owner = NonNullable<KubeObject['metadata']['ownerReferences']>[number];

export function collectGarbage({ rest, store }: ControlContext): void {
  const dependants = new Map<string, Map<string, Dependant>>();
  const suspects = new Map<string, Dependant>();

  /** Owners of unknown kinds are given the benefit of the doubt, as the real collector does. */
  const exists = (owner: Owner, namespace: string): boolean => {
    const resource = resourceOfKind(owner.apiVersion, owner.kind);
    if (!resource) return true;
    const found = store.revision(storeName(resource), resource.namespaced ? namespace : '', owner.name);
    return found?.object.metadata.uid === owner.uid;
  };

  const collect = coalesced(() => {
    const batch = [...suspects.values()];
    suspects.clear();
    for (const { store: kept, namespace, name, uid } of batch) {
      const object = store.revision(kept, namespace, name)?.object;
      const owners = object?.metadata.ownerReferences ?? [];
      if (object?.metadata.uid !== uid || owners.length === 0) continue;
      if (owners.some((owner) => exists(owner, namespace))) continue;
      try {
        deleteObject(rest, resourceOfStore(kept), namespace, name, { preconditions: { uid } });
      } catch (error) {
        // Deleted by somebody else meanwhile.
        if (!(error instanceof Refusal)) throw error;
      }
    }
  });

  const suspect = (dependant: Dependant): void => {
    suspects.set(dependant.uid, dependant);
    collect();
  };

  const watchStore = (kept: string): void => {
    store.subscribe(kept, ({ type, revision: { object }, previous }) => {
      const { namespace = '', name, uid, ownerReferences } = object.metadata;
      const own = { store: kept, namespace, name, uid };
      if (type === 'DELETED') {
        for (const owner of ownerReferences ?? []) dependants.get(owner.uid)?.delete(uid);
        for (const dependant of dependants.get(uid)?.values() ?? []) suspect(dependant);
        dependants.delete(uid);
        return;
      }
      if (ownerReferences === undefined || previous?.object.metadata.ownerReferences === ownerReferences)
        return;
      for (const owner of ownerReferences) {
        const known = dependants.get(owner.uid) ?? new Map<string, Dependant>();
        dependants.set(owner.uid, known.set(uid, own));
      }
      suspect(own);
    });
  };
  for (const kept of new Set(RESOURCES.map(storeName))) watchStore(kept);
}
