/** Which nodes a pod may run on, and why not on the others, in the scheduler's words. */
import type {
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
  V1PodAffinityTerm,
  V1Toleration,
} from '@kubernetes/client-node';
import type { Namespace, Node, Pod, Wire } from '../api/object.ts';
import { parseQuantity } from '../api/quantity.ts';
import { labelSelector } from '../api/selectors.ts';

export interface ClusterView {
  readonly nodes: readonly Node[];
  /** Pods that are on a node and not over. */
  readonly placed: readonly Pod[];
  readonly namespaces: readonly Namespace[];
}

const MISMATCH = "node(s) didn't match Pod's node affinity/selector";

function tolerates(
  tolerations: readonly Wire<V1Toleration>[],
  taint: { key: string; value?: string; effect: string },
) {
  return tolerations.some(
    ({ key, operator = 'Equal', value, effect }) =>
      (!effect || effect === taint.effect) &&
      (key ? key === taint.key : operator === 'Exists') &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}

function taintFault(pod: Pod, node: Node): string | undefined {
  const tolerations = pod.spec.tolerations ?? [];
  const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (node.spec?.unschedulable && !tolerates(tolerations, cordoned)) return 'node(s) were unschedulable';
  const taint = (node.spec?.taints ?? []).find(
    (one) => one.effect !== 'PreferNoSchedule' && !tolerates(tolerations, one),
  );
  return taint ? `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}` : undefined;
}

function matchesRequirement(
  { key, operator, values = [] }: Wire<V1NodeSelectorRequirement>,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (operator !== 'Gt' && operator !== 'Lt')
    return labelSelector({ matchExpressions: [{ key, operator, values }] })(labels);
  const [have, bound] = [Number(labels[key]), Number(values[0])];
  return labels[key] !== undefined && (operator === 'Gt' ? have > bound : have < bound);
}

/** Requirements of a term are ANDed; a term without any matches nothing. */
function matchesTerm(
  { matchExpressions = [], matchFields = [] }: Wire<V1NodeSelectorTerm>,
  node: Node,
): boolean {
  const fields = { 'metadata.name': node.metadata.name };
  return (
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every((one) => matchesRequirement(one, node.metadata.labels ?? {})) &&
    matchFields.every((one) => matchesRequirement(one, fields))
  );
}

function selectorFault({ spec }: Pod, node: Node): string | undefined {
  const labels = node.metadata.labels ?? {};
  const plain = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const matches = plain && (terms === undefined || terms.some((term) => matchesTerm(term, node)));
  return matches ? undefined : MISMATCH;
}

type Term = Wire<V1PodAffinityTerm>;

/** The pods that a term of `owner` is about. */
function termMatch(term: Term, owner: Pod, { namespaces }: ClusterView): (pod: Pod) => boolean {
  const selects = labelSelector(term.labelSelector);
  const named = new Set(term.namespaces ?? []);
  if (term.namespaceSelector) {
    const chosen = labelSelector(term.namespaceSelector);
    for (const one of namespaces) if (chosen(one.metadata.labels)) named.add(one.metadata.name);
  }
  if (named.size === 0 && !term.namespaceSelector) named.add(owner.metadata.namespace ?? '');
  return (pod) => named.has(pod.metadata.namespace ?? '') && selects(pod.metadata.labels);
}

/** Nodes in one topology domain with a node: those with the same value of the key. */
function domainHas(term: Term, node: Node, view: ClusterView, match: (pod: Pod) => boolean): boolean {
  const domain = node.metadata.labels?.[term.topologyKey];
  if (domain === undefined) return false;
  const inside = new Set(
    view.nodes
      .filter((one) => one.metadata.labels?.[term.topologyKey] === domain)
      .map((one) => one.metadata.name),
  );
  return view.placed.some((pod) => inside.has(pod.spec.nodeName ?? '') && match(pod));
}

function affinityFault(pod: Pod, node: Node, view: ClusterView): string | undefined {
  const terms = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const met = terms.every((term) => {
    const match = termMatch(term, pod, view);
    if (domainHas(term, node, view, match)) return true;
    // The first pod of a group that wants its own kind beside it has to start somewhere.
    return match(pod) && !view.placed.some(match);
  });
  return met ? undefined : "node(s) didn't match pod affinity rules";
}

const antiTerms = ({ spec }: Pod): readonly Term[] =>
  spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

function antiAffinityFault(pod: Pod, node: Node, view: ClusterView): string | undefined {
  if (antiTerms(pod).some((term) => domainHas(term, node, view, termMatch(term, pod, view))))
    return "node(s) didn't match pod anti-affinity rules";
  const repelled = view.placed.some((other) =>
    antiTerms(other).some(
      (term) => termMatch(term, other, view)(pod) && domainHas(term, node, view, (one) => one === other),
    ),
  );
  return repelled ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
}

const podsOn = (node: Node, { placed }: ClusterView): number =>
  placed.filter((pod) => pod.spec.nodeName === node.metadata.name).length;

/** The most that the pod asks for at once: its containers run together, its init containers before them one by one. */
function requested({ spec }: Pod, resource: string): number {
  const of = (container: { readonly resources?: { readonly requests?: Readonly<Record<string, string>> } }) =>
    parseQuantity(container.resources?.requests?.[resource] ?? '0') ?? 0;
  const together = spec.containers.reduce((sum, container) => sum + of(container), 0);
  return Math.max(together, ...(spec.initContainers ?? []).map(of));
}

/**
 * What no node has at all. What other pods asked for is not subtracted: they are bare processes of this machine, and
 * hundreds of them are to fit.
 */
function resourceFault(pod: Pod, node: Node): string | undefined {
  const lacking = ['cpu', 'memory'].find(
    (resource) =>
      requested(pod, resource) > (parseQuantity(node.status?.allocatable?.[resource] ?? '') ?? Infinity),
  );
  return lacking === undefined ? undefined : `Insufficient ${lacking}`;
}

function fault(pod: Pod, node: Node, view: ClusterView): string | undefined {
  const room = Number(node.status?.allocatable?.['pods'] ?? Infinity);
  return (
    taintFault(pod, node) ??
    selectorFault(pod, node) ??
    (podsOn(node, view) >= room ? 'Too many pods' : undefined) ??
    resourceFault(pod, node) ??
    affinityFault(pod, node, view) ??
    antiAffinityFault(pod, node, view)
  );
}

/** Weights of the preferred node affinity terms that this node meets. */
function preference({ spec }: Pod, node: Node): number {
  const wishes = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return wishes
    .filter(({ preference: term }) => matchesTerm(term, node))
    .reduce((sum, { weight }) => sum + weight, 0);
}

export type Placement = { readonly node: string } | { readonly reason: string };

/** The fitting node that the pod prefers, then the one with the fewest pods, the first of equals; or why there is none. */
export function place(pod: Pod, view: ClusterView): Placement {
  const judged = view.nodes.map((node) => ({ node, fault: fault(pod, node, view) }));
  const [best] = judged
    .filter((one) => one.fault === undefined)
    .toSorted(
      (a, b) =>
        preference(pod, b.node) - preference(pod, a.node) || podsOn(a.node, view) - podsOn(b.node, view),
    );
  if (best) return { node: best.node.metadata.name };
  const counts = new Map<string, number>();
  for (const { fault: why } of judged) if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
  const reasons = [...counts].map(([why, count]) => `${count} ${why}`).toSorted();
  const none = `0/${view.nodes.length} nodes are available`;
  return {
    reason: `${none}: ${reasons.join(', ')}. preemption: ${none}: ${view.nodes.length} Preemption is not helpful for scheduling.`,
  };
}
