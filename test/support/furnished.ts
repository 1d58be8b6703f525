import type { CoreV1Api } from '@kubernetes/client-node';
import { eventually } from './until.ts';

/** Resolves when a new namespace has its default service account: it takes no pods before. */
export async function untilFurnished(core: CoreV1Api, namespace: string): Promise<void> {
  await eventually(
    async () => (await core.listNamespacedServiceAccount({ namespace })).items.length,
    (count) => count > 0,
  );
}
