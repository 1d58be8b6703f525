/** Reads what stands at the ends of probes, apart from the launched pods. */
import type { V1EndpointSlice } from '../cluster/types.ts';
import type { Manifest } from '../policy/manifest.ts';
import type { Reader, Loss } from './reader.ts';
import { manifest } from './reader.ts';
import { distinct, type Wanted } from './wanted.ts';

export interface Ends {
  readonly objects: readonly Manifest[];
  readonly slices: readonly V1EndpointSlice[];
}

export async function readEnds(reader: Reader, { targets, addresses }: Wanted): Promise<Ends> {
  const parts = await Promise.all([
    nodes(reader),
    ...targets.map((namespace) => within(reader, namespace)),
    ...addresses.map((address) => behind(reader, address, targets)),
  ]);
  return {
    objects: parts.flatMap(({ objects }) => objects),
    slices: parts.flatMap(({ slices }) => slices),
  };
}

/** Labels of namespaces; the evaluator itself knows what hangs on those that it has not. */
export async function readNamespaces(
  { cluster, attempt }: Reader,
  names: readonly string[],
): Promise<readonly Manifest[]> {
  const found = await Promise.all(
    names.map((name) =>
      attempt(`namespace ${name}`, undefined, () => cluster.get('Namespace', undefined, name)),
    ),
  );
  return found.flatMap((object) => (object === undefined ? [] : [manifest('Namespace', 'v1', object)]));
}

async function nodes(reader: Reader): Promise<Ends> {
  return { objects: await reader.list('Node', 'v1', {}, 'nodes', { effect: 'doubt' }), slices: [] };
}

async function within(reader: Reader, namespace: string): Promise<Ends> {
  const loss: Loss = { namespace, effect: 'unknown' };
  const [pods, services, slices] = await Promise.all([
    reader.list('Pod', 'v1', { namespace }, `pods in namespace ${namespace}`, loss),
    reader.list('Service', 'v1', { namespace }, `Services in namespace ${namespace}`, loss),
    slicesIn(reader, namespace, loss),
  ]);
  return { objects: [...pods, ...services], slices };
}

/** The pod or Service that has this address, if any has. */
async function behind(reader: Reader, address: string, known: readonly string[]): Promise<Ends> {
  const what = `whose address ${address} is`;
  const loss: Loss = { address, effect: 'doubt' };
  const [pods, services] = await Promise.all([
    reader.list('Pod', 'v1', { fieldSelector: `status.podIP=${address}` }, what, loss),
    reader.list('Service', 'v1', { fieldSelector: `spec.clusterIP=${address}` }, what, loss),
  ]);
  const spaces = distinct(services.flatMap(({ metadata: { namespace } }) => namespace ?? []));
  const unread = spaces.filter((namespace) => !known.includes(namespace));
  const slices = await Promise.all(unread.map((namespace) => slicesIn(reader, namespace, loss)));
  return { objects: [...pods, ...services], slices: slices.flat() };
}

async function slicesIn(
  { cluster, attempt }: Reader,
  namespace: string,
  loss: Loss,
): Promise<readonly V1EndpointSlice[]> {
  const what = `EndpointSlices in namespace ${namespace}`;
  return (await attempt(what, loss, () => cluster.list('EndpointSlice', { namespace }))) ?? [];
}
