/** The addresses behind targets, as the cluster has them now. A selector that matches nothing is an error. */
import type { V1EndpointSlice, V1Pod } from '../cluster/types.ts';
import { NetproofError } from '../model/errors.ts';
import type { Destination } from '../model/fleet.ts';
import type { Endpoint } from '../model/matrix.ts';
import type { Plan } from '../model/plan.ts';
import type { Target } from '../model/scenario.ts';
import type { Context } from './context.ts';

type ServiceTarget = Extract<Target, { kind: 'service' }>;
type PodsTarget = Extract<Target, { kind: 'pods' }>;

/** @param endpoints the matrix's endpoints of this target */
export async function locateTarget(
  context: Context,
  target: Target,
  endpoints: readonly Endpoint[],
): Promise<readonly Destination[]> {
  switch (target.kind) {
    case 'host':
      return endpoints.map((endpoint) => ({ ...base(target, endpoint), host: target.host }));
    case 'dns':
      return endpoints.map((endpoint) => ({
        ...base(target, endpoint),
        host: target.resolver ?? '',
        query: target.query,
      }));
    case 'pods':
      return locatePods(context, target, endpoints);
    case 'service':
      return locateService(context, target, endpoints);
  }
}

function base(target: Target, endpoint: Endpoint): Omit<Destination, 'host'> {
  return {
    endpoint: endpoint.id,
    port: endpoint.port,
    ...(target.path === undefined ? {} : { path: target.path }),
  };
}

async function locatePods(
  { cluster }: Context,
  target: PodsTarget,
  endpoints: readonly Endpoint[],
): Promise<readonly Destination[]> {
  const labelSelector = Object.entries(target.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await cluster.list('Pod', { namespace: target.namespace, labelSelector });
  const ready = pods
    .filter(isReady)
    .sort((a, b) => age(a) - age(b))
    .slice(0, target.limit);
  if (ready.length === 0) {
    throw empty(target, `no ready pod in namespace ${target.namespace} matches ${labelSelector}`);
  }
  return endpoints.flatMap((endpoint) =>
    ready.map((pod) => ({
      ...base(target, endpoint),
      host: pod.status?.podIP ?? '',
      uid: pod.metadata?.uid ?? '',
    })),
  );
}

const age = (pod: V1Pod): number => new Date(pod.metadata?.creationTimestamp ?? 0).getTime();

function isReady(pod: V1Pod): boolean {
  const ready = pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
  return ready === true && !pod.metadata?.deletionTimestamp && pod.status?.podIP !== undefined;
}

async function locateService(
  context: Context,
  target: ServiceTarget,
  endpoints: readonly Endpoint[],
): Promise<readonly Destination[]> {
  const service = await context.cluster.get('Service', target.namespace, target.service);
  if (!service) throw empty(target, `there is no Service ${target.service} in namespace ${target.namespace}`);
  const clusterIP = service.spec?.clusterIP;
  const headless = clusterIP === undefined || clusterIP === 'None' || clusterIP === '';
  if (target.via === 'name') {
    const host = `${target.service}.${target.namespace}.svc`;
    return endpoints.map((endpoint) => ({ ...base(target, endpoint), host }));
  }
  if (target.via === 'clusterIP' && !headless) {
    const declared = (service.spec?.ports ?? []).map((port) => port.port);
    const unknown = endpoints.find((endpoint) => !declared.includes(endpoint.port.port));
    if (unknown) {
      throw empty(
        target,
        `Service ${target.service} has no port ${unknown.port.port}; it has ${declared.join(', ')}`,
      );
    }
    return endpoints.map((endpoint) => ({ ...base(target, endpoint), host: clusterIP }));
  }
  return behindService(context, target, endpoints);
}

/** Endpoints' own addresses and ports: what a policy sees after the Service's translation. */
async function behindService(
  { cluster }: Context,
  target: ServiceTarget,
  endpoints: readonly Endpoint[],
): Promise<readonly Destination[]> {
  const service = await cluster.get('Service', target.namespace, target.service);
  const slices = await cluster.list('EndpointSlice', {
    namespace: target.namespace,
    labelSelector: `kubernetes.io/service-name=${target.service}`,
  });
  const found = endpoints.flatMap((endpoint) => {
    const name = service?.spec?.ports?.find((port) => port.port === endpoint.port.port)?.name ?? '';
    return slices.flatMap((slice) =>
      readyAddresses(slice, name, endpoint.port.port).map((each) => ({
        ...base(target, endpoint),
        ...each,
        port: { ...endpoint.port, port: each.port },
      })),
    );
  });
  if (found.length === 0) throw empty(target, `Service ${target.service} has no ready endpoints`);
  return found;
}

/** Of a Service's port by its name, which may be empty. @param fallback the port, where a slice names none */
export function readyAddresses(slice: V1EndpointSlice, portName: string, fallback: number) {
  const port = slice.ports?.find((each) => (each.name ?? '') === portName)?.port ?? fallback;
  return slice.endpoints
    .filter((endpoint) => endpoint.conditions?.ready !== false)
    .flatMap((endpoint) =>
      endpoint.addresses.map((host) => ({
        host,
        port,
        ...(endpoint.targetRef?.uid ? { uid: endpoint.targetRef.uid } : {}),
      })),
    );
}

function empty(target: Target, message: string): NetproofError {
  return new NetproofError('target-empty', `target ${target.name}: ${message}`, {
    issues: [{ message: `target ${target.name}: ${message}`, position: target.position }],
  });
}

/** UIDs of the pods behind targets that no longer exist: their addresses may be somebody else's by now. */
export async function movedTargets(
  { cluster }: Context,
  plan: Plan,
  fleet: { readonly destinations: ReadonlyMap<string, readonly Destination[]> },
): Promise<ReadonlySet<string>> {
  const uids = new Set(
    [...fleet.destinations.values()].flat().flatMap(({ uid }) => (uid === undefined ? [] : [uid])),
  );
  if (uids.size === 0) return uids;
  const namespaces = new Set(
    plan.scenario.targets.flatMap((target) => ('namespace' in target ? [target.namespace] : [])),
  );
  const pods = await Promise.all([...namespaces].map((namespace) => cluster.list('Pod', { namespace })));
  const live = new Set(pods.flat().map((pod) => pod.metadata?.uid));
  return new Set([...uids].filter((uid) => !live.has(uid)));
}
