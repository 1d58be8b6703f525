/**
 * What a run finds in the cluster before it touches anything: a scenario that does not fit the cluster ends here,
 * with nothing to clean up.
 */
import { NetproofError } from '../model/errors.ts';
import type { Destination, Identity } from '../model/fleet.ts';
import type { Plan } from '../model/plan.ts';
import type { Context } from './context.ts';
import { identify } from './identities.ts';
import { checkNamespaces } from './namespaces.ts';
import { makeSafe } from './safety.ts';
import { locateTarget } from './targets.ts';

export interface Survey {
  /** By workload name. */
  readonly identities: ReadonlyMap<string, Identity>;
  readonly targets: readonly Destination[];
}

/**
 * Rejects with `namespace-missing`, `namespace-exists`, `target-empty` (a node, a real workload or a target that
 * is not there) or `deploy-failed` (probe pods would not be safe beside what is there).
 */
export async function surveyCluster(context: Context, plan: Plan): Promise<Survey> {
  const { workloads } = plan.scenario;
  await checkNamespaces(context, plan);
  await checkNodes(context, plan);
  const identities = await makeSafe(context, workloads, plan.existing, await identify(context, workloads));
  return { identities, targets: await locateTargets(context, plan) };
}

async function checkNodes({ cluster }: Context, { scenario }: Plan): Promise<void> {
  const wished = scenario.workloads.flatMap(({ name, placement, position }) =>
    placement.kind === 'node' ? [{ name, node: placement.node, position }] : [],
  );
  if (wished.length === 0) return;
  const nodes = (await cluster.list('Node')).map(({ metadata }) => metadata?.name ?? '');
  const issues = wished
    .filter(({ node }) => !nodes.includes(node))
    .map(({ name, node, position }) => ({
      message: `workload ${name}: there is no node ${node}; there are ${nodes.join(', ')}`,
      position,
    }));
  if (issues.length > 0) throw new NetproofError('target-empty', 'nodes do not exist', { issues });
}

async function locateTargets(context: Context, plan: Plan): Promise<readonly Destination[]> {
  const located = await Promise.all(
    plan.scenario.targets.map((target) =>
      locateTarget(
        context,
        target,
        plan.matrix.endpoints.filter((endpoint) => endpoint.destination === target.name),
      ),
    ),
  );
  return located.flat();
}
