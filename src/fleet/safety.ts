/**
 * Before anything is launched into a namespace that others use: would a probe pod with these labels become part
 * of what it measures? Where it can be kept apart it is, else the run is refused, with the reason.
 */
import type { V1PodDisruptionBudget } from '../cluster/types.ts';
import { NetproofError } from '../model/errors.ts';
import type { Identity } from '../model/fleet.ts';
import type { NamespaceSpec, Workload } from '../model/scenario.ts';
import { selectorOf } from '../model/selector.ts';
import type { Context } from './context.ts';

/** The identities again, those marked `guarded` that a controller would otherwise adopt. */
export async function makeSafe(
  context: Context,
  workloads: readonly Workload[],
  existing: readonly NamespaceSpec[],
  identities: ReadonlyMap<string, Identity>,
): Promise<ReadonlyMap<string, Identity>> {
  const shared = new Set(existing.map((namespace) => namespace.name));
  const safe = new Map(identities);
  for (const workload of workloads.filter(({ namespace }) => shared.has(namespace))) {
    const identity = identities.get(workload.name) as Identity;
    const publisher = await publishingService(context, identity);
    if (publisher !== undefined) {
      throw unsafe(workload, `Service ${publisher} selects them and publishes even pods that are not ready`);
    }
    const adopter = await adoptingController(context, identity);
    if (adopter === undefined) continue;
    const budget = await blockedBudget(context, identity);
    if (budget !== undefined) {
      throw unsafe(
        workload,
        `${adopter} would adopt them, and a guard against that would make disruption budget ${budget} block drains`,
      );
    }
    safe.set(workload.name, { ...identity, guarded: true });
  }
  return safe;
}

function unsafe(workload: Workload, danger: string): NetproofError {
  const message = `workload ${workload.name}: its pods would not be safe in namespace ${workload.namespace}: ${danger}`;
  const hint = 'give the workload only those labels that the policies select by';
  return new NetproofError('deploy-failed', message, {
    issues: [{ message, position: workload.position, hint }],
  });
}

/** A Service with publishNotReadyAddresses would send production traffic to a probe, never Ready as it is. */
async function publishingService(
  { cluster }: Context,
  { namespace, labels }: Identity,
): Promise<string | undefined> {
  const services = await cluster.list('Service', { namespace });
  return services.find(
    ({ spec }) =>
      spec?.publishNotReadyAddresses === true &&
      Object.keys(spec.selector ?? {}).length > 0 &&
      selectorOf({ matchLabels: spec.selector ?? {} }).matches(labels),
  )?.metadata?.name;
}

/**
 * ReplicaSets and DaemonSets adopt matching pods that have no controller, and then delete one too many: the probe
 * or a real one (kubernetes, pkg/controller/controller_ref_manager.go). Never a Deployment's ReplicaSet: it
 * selects by pod-template-hash, which identities don't carry.
 */
async function adoptingController(
  { cluster }: Context,
  { namespace, labels }: Identity,
): Promise<string | undefined> {
  const [replicaSets, daemonSets] = await Promise.all([
    cluster.list('ReplicaSet', { namespace }),
    cluster.list('DaemonSet', { namespace }),
  ]);
  return [...replicaSets, ...daemonSets].find(
    ({ spec }) => spec?.selector && selectorOf(spec.selector).matches(labels),
  )?.metadata?.name;
}

/**
 * The guard is a controller reference to our ConfigMap. A budget in percent or with maxUnavailable looks up each
 * pod's controller's scale; a ConfigMap has none, and the budget then allows no disruption at all
 * (kubernetes, pkg/controller/disruption/disruption.go).
 */
async function blockedBudget(
  { cluster }: Context,
  { namespace, labels }: Identity,
): Promise<string | undefined> {
  const budgets = await cluster.list('PodDisruptionBudget', { namespace });
  return budgets.find(
    (budget) =>
      budget.spec?.selector && selectorOf(budget.spec.selector).matches(labels) && asksForScale(budget),
  )?.metadata?.name;
}

function asksForScale({ spec }: V1PodDisruptionBudget): boolean {
  return spec?.maxUnavailable !== undefined || String(spec?.minAvailable ?? '').endsWith('%');
}
