/** Ways in from outside the cluster, by the namespace that they lead to. */
import { listAt, textAt } from '../snapshot/keep.ts';
import { type KubeObject, nameOf, type ServiceObject, type Snapshot } from '../snapshot/snapshot.ts';

/** What leads into each namespace, in words. */
export function entrancesOf({ services, entrances }: Snapshot): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (namespace: string, text: string): void => {
    found.set(namespace, [...(found.get(namespace) ?? []), text]);
  };
  for (const service of services) {
    const how = openness(service);
    if (how !== undefined) add(service.metadata.namespace ?? 'default', `Service ${nameOf(service)} ${how}`);
  }
  for (const entrance of entrances) {
    for (const namespace of leadsTo(entrance))
      add(namespace, `${entrance.kind} ${nameOf(entrance)} leads in`);
  }
  return found;
}

function openness({ spec }: ServiceObject): string | undefined {
  if (spec?.type === 'LoadBalancer') return 'is a LoadBalancer';
  if (spec?.type === 'NodePort') return 'is open on every node (NodePort)';
  return (spec?.externalIPs?.length ?? 0) > 0 ? 'has external addresses' : undefined;
}

/** An Ingress leads into its own namespace; a route to each namespace that a backend is in. */
function leadsTo({ kind, metadata, spec }: KubeObject): ReadonlySet<string> {
  const own = metadata.namespace ?? 'default';
  if (!kind.endsWith('Route')) return new Set([own]);
  const backends = listAt(spec, 'rules').flatMap((rule) => listAt(rule, 'backendRefs'));
  return new Set(backends.map((backend) => textAt(backend, 'namespace') ?? own));
}
