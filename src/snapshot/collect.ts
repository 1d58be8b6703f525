/** Objects, sorted into a snapshot. */
import type { AuditSource } from '../model/audit.ts';
import type { Role } from './places.ts';
import type {
  KubeObject,
  Mistake,
  NamespaceObject,
  PodObject,
  PolicyObject,
  ServiceObject,
  Snapshot,
  Unread,
} from './snapshot.ts';

export class Collection {
  readonly unread: Unread[] = [];
  readonly mistakes: Mistake[] = [];
  readonly #objects: { readonly role: Role; readonly object: KubeObject }[] = [];

  add(role: Role, object: KubeObject): void {
    this.#objects.push({ role, object });
  }

  snapshot(source: AuditSource, takenAt: number): Snapshot {
    return {
      source,
      takenAt,
      namespaces: this.#namespaces(source),
      pods: (this.#of('pod') as readonly PodObject[]).filter(isAlive),
      workloads: this.#of('workload'),
      nodes: this.#of('node'),
      services: this.#of('service') as readonly ServiceObject[],
      entrances: this.#of('entrance'),
      policies: this.#of('policy') as readonly PolicyObject[],
      otherPolicies: this.#of('other-policy'),
      unread: this.unread,
      mistakes: this.mistakes,
    };
  }

  /** A cluster has told all of them; manifests may leave them out. */
  #namespaces({ kind }: AuditSource): readonly NamespaceObject[] {
    const known = this.#of('namespace') as readonly NamespaceObject[];
    if (kind === 'cluster') return known;
    const names = new Set(this.#objects.flatMap(({ object }) => object.metadata.namespace ?? []));
    for (const { metadata } of known) names.delete(metadata.name);
    const assumed = [...names].map((name): NamespaceObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
      assumed: true,
    }));
    return [...known, ...assumed];
  }

  #of(role: Role): readonly KubeObject[] {
    return this.#objects.filter((each) => each.role === role).map(({ object }) => object);
  }
}

/** A pod that has ended holds no address: nobody can reach it, and it reaches nobody. */
function isAlive({ status }: PodObject): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
