/** How many pods a PodDisruptionBudget lets go. */
import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import type { KubeObject, Pod, Wire } from './object.ts';
import { labelSelector } from './selectors.ts';
import type { Store } from './store.ts';

type Budget = KubeObject & { readonly spec?: NonNullable<Wire<V1PodDisruptionBudget>['spec']> };

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

/** A number, or a percentage of the total, rounded up as the disruption controller does. */
const amount = (value: string | number, total: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) / 100) * total);

export interface BudgetState {
  readonly expectedPods: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly disruptionsAllowed: number;
}

export function budgetState(budget: KubeObject, pods: readonly Pod[]): BudgetState {
  const spec = (budget as Budget).spec;
  const selects = labelSelector(spec?.selector);
  const covered = pods.filter((pod) => selects(pod.metadata.labels));
  const { minAvailable, maxUnavailable } = spec ?? {};
  const total = covered.length;
  const desiredHealthy =
    maxUnavailable === undefined
      ? amount(minAvailable ?? 1, total)
      : Math.max(0, total - amount(maxUnavailable, total));
  const currentHealthy = covered.filter(isReady).length;
  return {
    expectedPods: total,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
  };
}

/** The budget that forbids evicting this pod. An unready pod of a healthy application may always go. */
export function forbiddingBudget(store: Store, pod: Pod): { name: string; state: BudgetState } | undefined {
  const namespace = pod.metadata.namespace ?? '';
  const pods = store.list('pods', namespace);
  const states = store.revisions('poddisruptionbudgets.policy', namespace).flatMap(({ object }) => {
    const budget = object as Budget;
    if (!labelSelector(budget.spec?.selector)(pod.metadata.labels)) return [];
    return [{ name: object.metadata.name, state: budgetState(budget, pods) }];
  });
  return states.find(({ state }) =>
    isReady(pod) ? state.disruptionsAllowed === 0 : state.currentHealthy < state.desiredHealthy,
  );
}
