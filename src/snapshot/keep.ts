/** Of an object as the API or a file has it, what is asked for. Whatever is of another shape is left out. */
import { apiVersionOf } from '../cluster/resources.ts';
import type { V1ContainerPort } from '../cluster/types.ts';
import type { Place } from './places.ts';
import type {
  ContainerFacts,
  KubeObject,
  ManagedFields,
  ObjectMeta,
  PodFacts,
  PodObject,
} from './snapshot.ts';

type Map = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mapAt(value: unknown, key: string): Map {
  const found = isMap(value) ? value[key] : undefined;
  return isMap(found) ? found : {};
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = isMap(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, key: string): string | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** Undefined if it has no name, and so is no object. */
export function keepObject(value: unknown, place: Place): KubeObject | undefined {
  const metadata = keepMeta(value, place);
  if (metadata === undefined) return undefined;
  const head = { apiVersion: apiVersionOf(place), kind: place.kind, metadata };
  switch (place.role) {
    case 'pod':
      return { ...head, ...keepPod(value) };
    case 'namespace':
      return head;
    case 'node':
      // The evaluator asks for addresses.
      return { ...head, status: { addresses: listAt(mapAt(value, 'status'), 'addresses') } } as KubeObject;
    case 'service':
    case 'entrance':
    case 'policy':
    case 'other-policy':
      return { ...head, ...(isMap(value) && isMap(value['spec']) && { spec: value['spec'] }) };
    case 'workload':
      return { ...head, spec: mapAt(value, 'spec') };
  }
}

function keepMeta(value: unknown, { role, namespaced }: Place): ObjectMeta | undefined {
  const metadata = mapAt(value, 'metadata');
  const name = textAt(metadata, 'name');
  if (name === undefined || name === '') return undefined;
  const isPolicy = role === 'policy' || role === 'other-policy';
  return {
    name,
    ...(namespaced && { namespace: textAt(metadata, 'namespace') ?? 'default' }),
    ...texts(metadata, ['uid', 'resourceVersion', 'creationTimestamp']),
    ...textMap(metadata, 'labels'),
    ...(role === 'pod' ? {} : textMap(metadata, 'annotations')),
    ...owners(metadata),
    ...(isPolicy && { managedFields: listAt(metadata, 'managedFields') as readonly ManagedFields[] }),
  };
}

function texts(map: Map, keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const text = textAt(map, key);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

function textMap(map: Map, key: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const entries = Object.entries(mapAt(map, key)).flatMap(([k, v]) =>
    typeof v === 'string' ? [[k, v]] : [],
  );
  return entries.length === 0 ? {} : { [key]: Object.fromEntries(entries) as Record<string, string> };
}

function owners(metadata: Map): Pick<ObjectMeta, 'ownerReferences'> {
  const references = listAt(metadata, 'ownerReferences').flatMap((owner) => {
    const [kind, name] = [textAt(owner, 'kind'), textAt(owner, 'name')];
    if (kind === undefined || name === undefined) return [];
    return [{ kind, name, ...(isMap(owner) && owner['controller'] === true && { controller: true }) }];
  });
  return references.length === 0 ? {} : { ownerReferences: references };
}

function keepPod(value: unknown): Pick<PodObject, 'spec' | 'status'> {
  const status = mapAt(value, 'status');
  const podIPs = listAt(status, 'podIPs').flatMap((each) => {
    const ip = textAt(each, 'ip');
    return ip === undefined ? [] : [{ ip }];
  });
  return {
    spec: keepPodSpec(mapAt(value, 'spec')),
    status: { ...texts(status, ['phase', 'podIP', 'hostIP']), ...(podIPs.length > 0 && { podIPs }) },
  };
}

export function keepPodSpec(spec: Map): PodFacts {
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
  return {
    ...texts(spec, ['nodeName']),
    ...(spec['hostNetwork'] === true && { hostNetwork: true }),
    ...(spec['hostPID'] === true && { hostPID: true }),
    hasHostPath: listAt(spec, 'volumes').some((volume) => isMap(volume) && isMap(volume['hostPath'])),
    containers: containers.map(keepContainer),
  };
}

/** Capabilities that let a container out of its own network or onto its node (capabilities(7)). */
const MIGHTY = new Set([
  'ALL',
  'SYS_ADMIN',
  'NET_ADMIN',
  'SYS_PTRACE',
  'SYS_MODULE',
  'BPF',
  'DAC_READ_SEARCH',
]);

function keepContainer(container: unknown): ContainerFacts {
  const security = mapAt(container, 'securityContext');
  const added = listAt(mapAt(security, 'capabilities'), 'add');
  const ports = listAt(container, 'ports');
  return {
    name: textAt(container, 'name') ?? '',
    image: textAt(container, 'image') ?? '',
    ...(ports.length > 0 && { ports: ports as readonly V1ContainerPort[] }),
    privileged:
      security['privileged'] === true ||
      added.some((name) => typeof name === 'string' && MIGHTY.has(name.replace(/^CAP_/, ''))),
  };
}
