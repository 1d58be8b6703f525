/** What network plugins keep as settings: ConfigMaps, controllers' arguments, roles, kinds of their own. */
import type { Cluster } from '../../cluster/cluster.ts';
import type { Detector } from '../detect/detector.ts';
import type { CalicoFact, ClusterRoleFact, ConfigMapFact, WorkloadFact } from '../detect/facts.ts';
import type { Recognised } from '../detect/found.ts';
import { CUSTOM_RESOURCES } from '../detect/rights.ts';
import type { Attempts } from './attempts.ts';
import { workloadFact } from './excerpts.ts';

const SYSTEM = 'kube-system';

/** Where the recognised keep something: in kube-system and beside their agents; every place once. */
function places<T extends { readonly name: string }>(
  recognised: readonly Recognised[],
  wishes: (detector: Detector) => readonly T[],
): readonly (readonly [namespace: string, wish: T])[] {
  const all = recognised.flatMap(({ detector, agents }) =>
    [SYSTEM, ...agents.map(({ namespace }) => namespace)].flatMap((namespace) =>
      wishes(detector).map((wish) => [namespace, wish] as const),
    ),
  );
  return [...new Map(all.map((place) => [`${place[0]}/${place[1].name}`, place])).values()];
}

export async function readConfigMaps(
  cluster: Cluster,
  attempts: Attempts,
  recognised: readonly Recognised[],
): Promise<readonly ConfigMapFact[]> {
  const wanted = places(recognised, ({ configMaps }) => configMaps ?? []);
  const read = await Promise.all(
    wanted.map(async ([namespace, { name, keys }]) => {
      const found = await attempts.read(`ConfigMap ${namespace}/${name}`, () =>
        cluster.get('ConfigMap', namespace, name),
      );
      if (found === undefined) return [];
      const data = Object.entries(found.data ?? {}).filter(([key]) => keys.includes(key));
      return [{ namespace, name, data: Object.fromEntries(data) }];
    }),
  );
  return read.flat();
}

export async function readControllers(
  cluster: Cluster,
  attempts: Attempts,
  recognised: readonly Recognised[],
): Promise<readonly WorkloadFact[]> {
  const wanted = places(recognised, ({ controllers = [] }) => controllers.map((name) => ({ name })));
  const read = await Promise.all(
    wanted.map(async ([namespace, { name }]) => {
      const template = await attempts.read(`Deployment ${namespace}/${name}`, () =>
        cluster.podTemplate('deployment', namespace, name),
      );
      return template === undefined ? [] : [workloadFact('Deployment', { namespace, name }, template.spec)];
    }),
  );
  return read.flat();
}

export async function readClusterRoles(
  cluster: Cluster,
  attempts: Attempts,
  recognised: readonly Recognised[],
): Promise<readonly ClusterRoleFact[]> {
  const read = await Promise.all(
    recognised
      .flatMap(({ detector }) => detector.clusterRoles ?? [])
      .map(async (name) => {
        const role = await attempts.read(`ClusterRole ${name}`, () =>
          cluster.get('ClusterRole', undefined, name),
        );
        const resources = (role?.rules ?? []).flatMap((rule) => rule.resources ?? []);
        return role === undefined ? [] : [{ name, resources }];
      }),
  );
  return read.flat();
}

type Plural = (typeof CUSTOM_RESOURCES)[number]['plural'];

/** Only of groups that the server has; undefined or empty where there is nothing to read. */
async function readCustom(
  cluster: Cluster,
  attempts: Attempts,
  apis: readonly string[],
  plural: Plural,
): Promise<readonly unknown[]> {
  const place = CUSTOM_RESOURCES.find((one) => one.plural === plural);
  if (place === undefined || !apis.includes(`${place.group}/${place.version}`)) return [];
  const found = await attempts.read(`${plural}.${place.group}`, () =>
    cluster.collect({ ...place, namespaced: false }, (object) => object),
  );
  return found ?? [];
}

export async function readOpenshiftNetwork(
  cluster: Cluster,
  attempts: Attempts,
  apis: readonly string[],
): Promise<string | undefined> {
  const networks = await readCustom(cluster, attempts, apis, 'networks');
  return networks.map((network) => text(network, 'status', 'networkType')).find(isTold);
}

export async function readCalico(
  cluster: Cluster,
  attempts: Attempts,
  apis: readonly string[],
): Promise<CalicoFact> {
  const [installations, configurations] = await Promise.all([
    readCustom(cluster, attempts, apis, 'installations'),
    readCustom(cluster, attempts, apis, 'felixconfigurations'),
  ]);
  const denyAction = configurations
    .flatMap((one) => [
      text(one, 'spec', 'iptablesFilterDenyAction'),
      text(one, 'spec', 'nftablesFilterDenyAction'),
    ])
    .find(isTold);
  const cni = installations.map((one) => text(one, 'spec', 'cni', 'type')).find(isTold);
  const seconds = installations
    .map((one) => at(one, 'spec', 'calicoNetwork', 'linuxPolicySetupTimeoutSeconds'))
    .find((value) => typeof value === 'number');
  return {
    ...(denyAction === undefined ? {} : { denyAction }),
    ...(cni === undefined ? {} : { cni }),
    ...(seconds === undefined ? {} : { setupTimeoutSeconds: seconds }),
  };
}

function at(object: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    object,
  );
}

function text(object: unknown, ...path: readonly string[]): string | undefined {
  const value = at(object, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isTold(value: string | undefined): value is string {
  return value !== undefined;
}
