/** Who each workload is on the network, real workloads' identities copied. */
import type { V1ContainerPort } from '../cluster/types.ts';
import { NetproofError } from '../model/errors.ts';
import type { Identity } from '../model/fleet.ts';
import type { LikeRef, Workload } from '../model/scenario.ts';
import type { Context } from './context.ts';

/**
 * Labels by which controllers count and adopt pods; without them a probe is no replica of anything
 * (kubernetes, pkg/controller/controller_ref_manager.go).
 */
const CONTROLLER_LABELS = [
  /^pod-template-(hash|generation)$/,
  /^controller-(revision-hash|uid)$/,
  /^job-name$/,
  /^batch\.kubernetes\.io\//,
  /^statefulset\.kubernetes\.io\/pod-name$/,
  /^apps\.kubernetes\.io\/pod-index$/,
];

export async function identify(
  context: Context,
  workloads: readonly Workload[],
): Promise<ReadonlyMap<string, Identity>> {
  const pairs = workloads.map(async (workload): Promise<[string, Identity]> => {
    return [workload.name, await identityOf(context, workload)];
  });
  return new Map(await Promise.all(pairs));
}

/** OpenShift's range of users for a namespace's pods; it gives one to new namespaces a moment late. */
const UID_RANGE = 'openshift.io/sa.scc.uid-range';

/** The identities again, told apart by whether this cluster assigns users to pods. */
export async function assignUsers(
  context: Context,
  identities: ReadonlyMap<string, Identity>,
): Promise<ReadonlyMap<string, Identity>> {
  const assignedUser = await assignsUsers(context);
  return new Map([...identities].map(([workload, identity]) => [workload, { ...identity, assignedUser }]));
}

/** A pod of the run's own, outside the scenario. */
export async function ownIdentity(
  context: Context,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<Identity> {
  return { namespace, labels, assignedUser: await assignsUsers(context) };
}

/** Every cluster has the namespace `default`, and on OpenShift it has its range since long ago. */
async function assignsUsers({ cluster }: Context): Promise<boolean> {
  const namespace = await cluster.get('Namespace', undefined, 'default');
  return namespace?.metadata?.annotations?.[UID_RANGE] !== undefined;
}

type NamedPorts = NonNullable<Identity['ports']>;

async function identityOf(context: Context, workload: Workload): Promise<Identity> {
  const real = workload.like === undefined ? undefined : await copied(context, workload, workload.like);
  const serviceAccount = workload.serviceAccount ?? real?.serviceAccount;
  const own = ownPorts(workload);
  const others = real?.ports?.filter(({ name }) => own.every((port) => port.name !== name)) ?? [];
  return {
    namespace: workload.namespace,
    labels: { ...real?.labels, ...workload.labels },
    ports: [...own, ...others],
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
}

function ownPorts({ portNames }: Workload): NamedPorts {
  return Object.entries(portNames).map(([name, { protocol, port }]) => ({
    name,
    port,
    protocol: protocol === 'udp' ? 'UDP' : 'TCP',
  }));
}

async function copied(
  { cluster }: Context,
  workload: Workload,
  like: LikeRef,
): Promise<Omit<Identity, 'namespace'>> {
  const { namespace } = workload;
  const template = await cluster.podTemplate(like.kind, namespace, like.name);
  if (!template) throw missing(workload, like);
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(
    ([key]) => !CONTROLLER_LABELS.some((pattern) => pattern.test(key)),
  );
  const serviceAccount = template.spec?.serviceAccountName;
  return {
    labels: Object.fromEntries(labels),
    ports: (template.spec?.containers ?? []).flatMap(({ ports = [] }) => ports.flatMap(namedPort)),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
}

function namedPort({ name, protocol = 'TCP', containerPort }: V1ContainerPort): NamedPorts {
  if (name === undefined || (protocol !== 'TCP' && protocol !== 'UDP')) return [];
  return [{ name, protocol, port: containerPort }];
}

function missing({ name, namespace, position }: Workload, like: LikeRef): NetproofError {
  const what = `${like.kind}/${like.name} does not exist in namespace ${namespace}`;
  return new NetproofError('target-empty', `workload ${name}: ${what}`, {
    issues: [{ message: `no ${like.kind} named ${like.name} in namespace ${namespace}`, position }],
  });
}
