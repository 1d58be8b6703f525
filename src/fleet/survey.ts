/**
 * What a run finds in the cluster before it touches anything: a scenario that does not fit the cluster ends here,
 * with nothing to clean up.
 */
import { NetproofError } from '../model/errors.ts';
import type { Destination, Identity } from '../model/fleet.ts';
import type { Plan } from '../model/plan.ts';
import type { Placement } from '../model/scenario.ts';
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

/** A pod that no node suits would only be given up when its time to start is over. */
async function checkNodes({ cluster }: Context, { scenario }: Plan): Promise<void> {
  const placed = scenario.workloads.filter(
    ({ placement }) => placement.kind === 'node' || placement.kind === 'different',
  );
  if (placed.length === 0) return;
  const nodes = (await cluster.list('Node')).map(({ metadata }) => metadata?.name ?? '');
  const issues = placed.flatMap(({ name, placement, position }) => {
    const why = misplaced(placement, nodes);
    return why === undefined ? [] : [{ message: `workload ${name}: ${why}`, position }];
  });
  if (issues.length > 0) throw new NetproofError('target-empty', 'nodes do not exist', { issues });
}

function misplaced(placement: Placement, nodes: readonly string[]): string | undefined {
  switch (placement.kind) {
    case 'node':
      if (nodes.includes(placement.node)) return undefined;
      return `there is no node ${placement.node}; there are ${nodes.join(', ')}`;
    case 'different':
      return nodes.length > 1
        ? undefined
        : `differentNodeFrom needs a second node; there is only ${nodes[0]}`;
    case 'any':
    case 'same':
      return undefined;
  }
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
