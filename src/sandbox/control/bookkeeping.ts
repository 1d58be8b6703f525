/** Status of objects that only count others: ResourceQuotas and PodDisruptionBudgets. */
import { usedOf } from '../api/admission/quota.ts';
import { budgetState } from '../api/budget.ts';
import { same } from '../api/object.ts';
import type { ControlContext } from './context.ts';
import { coalesced } from './later.ts';

export function keepBooks({ store }: ControlContext): void {
  const quotas = coalesced(() => {
    for (const quota of store.list('resourcequotas')) {
      const hard = quota.spec?.hard ?? {};
      const namespace = quota.metadata.namespace ?? '';
      const used = Object.fromEntries(
        Object.keys(hard).flatMap((entry) => {
          const count = usedOf(entry, namespace, store);
          return count === undefined ? [] : [[entry, String(count)] as const];
        }),
      );
      const status = { hard, used };
      if (!same(status, quota.status)) store.replace('resourcequotas', { ...quota, status });
    }
  });
  const budgets = coalesced(() => {
    for (const { object } of store.revisions('poddisruptionbudgets.policy')) {
      const state = budgetState(object, store.list('pods', object.metadata.namespace));
      const status = { ...state, observedGeneration: object.metadata.generation ?? 1 };
      if (!same(status, object.status)) store.replace('poddisruptionbudgets.policy', { ...object, status });
    }
  });
  for (const counted of ['resourcequotas', 'services', 'configmaps', 'secrets'])
    store.subscribe(counted, quotas);
  store.subscribe('poddisruptionbudgets.policy', budgets);
  store.subscribe('pods', () => {
    quotas();
    budgets();
  });
}
