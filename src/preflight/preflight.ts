/** Before any verdict is believed: what this cluster is seen to enforce, as far as a scenario relies on it, or all of it. */
import type { Context } from '../fleet/context.ts';
import { createNamespace } from '../fleet/namespaces.ts';
import type { Capabilities, Capability } from '../model/capabilities.ts';
import { NetproofError } from '../model/errors.ts';
import type { ControlNamespace } from '../model/plan.ts';
import { untilKnown } from '../probing/away.ts';
import type { Scene } from './canary/cells.ts';
import { playCanary } from './canary/play.ts';
import { scriptFor } from './canary/table.ts';
import { schedulable } from './schedulable.ts';
import type { Reliance } from './relies.ts';
import { isDirection, unshownFor } from './require.ts';

/** Throws `namespace-missing`. */
export async function openControlNamespace(
  context: Context,
  { name, create }: ControlNamespace,
): Promise<void> {
  if (create) return createNamespace(context, { name, labels: {} });
  const there = await context.cluster.get('Namespace', undefined, name);
  if (there && !there.metadata?.deletionTimestamp) return;
  throw new NetproofError('namespace-missing', `control namespace ${name} does not exist in this cluster`);
}

/** On so many nodes the short canary stands at once; four pods on each. */
const MOST_NODES = 3;

/**
 * The short canary: the directions, and what else the scenario relies on. If it could not tell of a direction that
 * the scenario relies on, it is played once more, where the first one's pods were put: there is room for them.
 */
export async function scenarioCanary(
  context: Context,
  control: ControlNamespace,
  reliance: Reliance,
): Promise<Capabilities> {
  const { capabilities: relied, nodes } = reliance;
  const wanted = (capability: Capability): boolean => isDirection(capability) || relied.has(capability);
  const scene = await openScene(context, control, {
    nodes: nodes?.slice(0, MOST_NODES) ?? (await scenarioNodes(context)),
    second: SECOND.some((capability) => relied.has(capability)),
    external: undefined,
  });
  const play = (on: Scene): Promise<Capabilities> =>
    playCanary(context, on, scriptFor(on, wanted), { thorough: false, strict: nodes !== undefined });
  const first = await play(scene);
  const unshown = unshownFor(reliance, first);
  const isHopeless = first.conditions.some(({ name }) => name === 'intercepted');
  if (unshown.length === 0 || isHopeless) return first;
  for (const { capability, because } of unshown)
    context.emit({ kind: 'note', message: `${capability} could not be shown, so once more: ${because}` });
  // Sooner the second play would tell as little as the first.
  await untilKnown(context);
  const stood = first.nodes.map(({ node }) => node).slice(0, MOST_NODES);
  return play(stood.length === 0 ? scene : { ...scene, nodes: stood });
}

/**
 * Every node if they are few, for an agent may be down on one of them. Of many, one for the whole canary: a deny
 * counts only where something passed between the same two nodes, and a scheduler that may choose puts the two ends of
 * that elsewhere.
 */
async function scenarioNodes(context: Context): Promise<Scene['nodes']> {
  const ready = schedulable(await context.cluster.list('Node'));
  return ready.length > 0 && ready.length <= MOST_NODES ? ready : [ready[0]];
}

export interface ThoroughOptions {
  /** On each node that takes pods, instead of two. */
  readonly everyNode: boolean;
  readonly external: Scene['external'];
}

/** All that can be tested, with times. */
export async function thoroughCanary(
  context: Context,
  control: ControlNamespace,
  { everyNode, external }: ThoroughOptions,
): Promise<Capabilities> {
  const ready = schedulable(await context.cluster.list('Node'));
  if (ready.length === 0)
    throw new NetproofError(
      'deploy-failed',
      'no node takes pods: each is cordoned, tainted, not ready, or not Linux',
    );
  const nodes = everyNode ? ready : ready.slice(0, 2);
  const scene = await openScene(context, control, { nodes, second: true, external });
  return playCanary(
    context,
    scene,
    scriptFor(scene, () => true),
    { thorough: true, strict: everyNode },
  );
}

/** Capabilities whose tests have a second namespace. */
const SECOND: readonly Capability[] = ['namespace-selector', 'combined-selector', 'two-peers'];

async function openScene(
  context: Context,
  { name, create }: ControlNamespace,
  { nodes, second, external }: Pick<Scene, 'nodes' | 'external'> & { readonly second: boolean },
): Promise<Scene> {
  const there = create && second ? `${name}-there` : undefined;
  if (there !== undefined) await createNamespace(context, { name: there, labels: {} });
  return { runId: context.runId, here: name, there, nodes, external };
}
