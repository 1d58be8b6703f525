/** The `Cluster` that speaks to an API server. */
import { packageVersion } from '../package.ts';
import { createApi } from './api.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Cluster, Kind, Kinds, Selection } from './cluster.ts';
import { createCredentialSource } from './credentials.ts';
import type { Where } from './errors.ts';
import { type Environment, findLogin, type KubeconfigOptions } from './kubeconfig.ts';
import { listAll, listKept } from './list.ts';
import { followContainerLog } from './log.ts';
import { createObject, deleteObject, getMetadata, getObject, unlessMissing } from './objects.ts';
import { apiVersions, isAllowed, ownSubject, podTemplateOf, serverVersion } from './questions.ts';
import { ACCESS_REVIEW, RESOURCES, SELF_REVIEW, WORKLOADS } from './resources.ts';
import { createTransport, type Transport } from './transport.ts';
import { watchKind } from './watch.ts';

/** A server that is not there when a run begins is told soon; later faults are given the full time to pass. */
const FIRST_BUDGET_MS = 5_000;

export interface Effects {
  readonly env: Environment;
  readonly clock: Clock;
}

/**
 * Finds a kubeconfig as kubectl does (the option, `KUBECONFIG` with several paths, `~/.kube/config`, the
 * service account of the pod we run in) and makes sure that the server answers and knows us.
 *
 * Errors: `usage` (no kubeconfig, no such context), `file-unreadable`, `cluster-unreachable`, `forbidden`.
 */
export async function connect(
  options: KubeconfigOptions,
  effects: Effects = { env: process.env, clock: systemClock },
): Promise<Cluster> {
  const login = findLogin(options, effects.env);
  const where = { server: login.server, context: login.context };
  const source = await createCredentialSource(login, effects.clock);
  const transport = createTransport(where.server, source, `netproof/${packageVersion()}`, effects.clock);
  await createCluster(transport, effects.clock, where, FIRST_BUDGET_MS).version();
  return createCluster(transport, effects.clock, where);
}

function createCluster(transport: Transport, clock: Clock, where: Where, budgetMs?: number): Cluster {
  const api = createApi(transport, clock, where, budgetMs);
  const told = <T>(verb: string, resource: string, namespace: string | undefined, task: () => Promise<T>) =>
    api.told({ verb, resource, namespace }, task);
  const pluralOf = (kind: Kind) => RESOURCES[kind].plural;
  return {
    ...where,
    traffic: transport.traffic,
    lastUnreachable: transport.lastUnreachable,
    version: () => told('get', 'version', undefined, () => serverVersion(api)),
    list: <K extends Kind>(kind: K, selection: Selection = {}) =>
      told('list', pluralOf(kind), selection.namespace, async () => {
        const { items } = await listAll<Kinds[K]>(api, RESOURCES[kind], selection);
        return items;
      }),
    collect: (place, keep) =>
      told('list', place.plural, undefined, async () => {
        const found = await unlessMissing(() => listKept(api, place, {}, keep));
        return found?.items;
      }),
    get: (kind, namespace, name) =>
      told('get', pluralOf(kind), namespace, () => getObject(api, kind, namespace, name)),
    metadata: (kind, namespace, name) =>
      told('get', pluralOf(kind), namespace, () => getMetadata(api, kind, namespace, name)),
    create: (kind, object, { dryRun = false } = {}) =>
      told('create', pluralOf(kind), object.metadata?.namespace, () =>
        createObject(api, kind, object, dryRun),
      ),
    delete: (kind, namespace, name, uid) =>
      told('delete', pluralOf(kind), namespace, () => deleteObject(api, { kind, namespace, name, uid })),
    watch: (kind, selection, onEvent, signal) =>
      told('watch', pluralOf(kind), selection.namespace, () =>
        watchKind(api, { kind, selection, onEvent, signal }),
      ),
    followLog: (namespace, pod, onLine, options) =>
      told('get', 'pods/log', namespace, () =>
        followContainerLog(api, { namespace, pod, onLine, ...options }),
      ),
    podTemplate: (kind, namespace, name) =>
      told('get', WORKLOADS[kind].plural, namespace, () => podTemplateOf(api, kind, namespace, name)),
    can: (access) => told('create', ACCESS_REVIEW.plural, undefined, () => isAllowed(api, access)),
    whoAmI: () => told('create', SELF_REVIEW.plural, undefined, () => ownSubject(api)),
    apiVersions: () => told('get', 'apis', undefined, () => apiVersions(api)),
  };
}
