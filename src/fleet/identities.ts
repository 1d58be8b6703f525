/** Who each workload is on the network, real workloads' identities copied. */
import { NetproofError } from '../model/errors.ts';
import type { Identity } from '../model/fleet.ts';
import type { Workload } from '../model/scenario.ts';
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

/** The identities again, told apart by whether their namespace, which exists by now, assigns users. */
export async function assignUsers(
  { cluster }: Context,
  identities: ReadonlyMap<string, Identity>,
): Promise<ReadonlyMap<string, Identity>> {
  const namespaces = [...new Set([...identities.values()].map(({ namespace }) => namespace))];
  const assigning = new Set<string>();
  await Promise.all(
    namespaces.map(async (name) => {
      const namespace = await cluster.get('Namespace', undefined, name);
      if (namespace?.metadata?.annotations?.['openshift.io/sa.scc.uid-range']) assigning.add(name);
    }),
  );
  return new Map(
    [...identities].map(([workload, identity]) => [
      workload,
      { ...identity, assignedUser: assigning.has(identity.namespace) },
    ]),
  );
}

async function identityOf({ cluster }: Context, workload: Workload): Promise<Identity> {
  const { namespace, like } = workload;
  const own = {
    namespace,
    labels: workload.labels,
    ...(workload.serviceAccount === undefined ? {} : { serviceAccount: workload.serviceAccount }),
  };
  if (!like) return own;
  const template = await cluster.podTemplate(like.kind, namespace, like.name);
  if (!template) {
    throw new NetproofError(
      'target-empty',
      `workload ${workload.name}: ${like.kind}/${like.name} does not exist in namespace ${namespace}`,
      {
        issues: [
          {
            message: `no ${like.kind} named ${like.name} in namespace ${namespace}`,
            position: workload.position,
          },
        ],
      },
    );
  }
  const copied = Object.entries(template.metadata?.labels ?? {}).filter(
    ([key]) => !CONTROLLER_LABELS.some((pattern) => pattern.test(key)),
  );
  const serviceAccount = own.serviceAccount ?? template.spec?.serviceAccountName;
  return {
    namespace,
    labels: { ...Object.fromEntries(copied), ...workload.labels },
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
}
