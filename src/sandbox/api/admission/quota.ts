/** ResourceQuota, for counts of objects: `pods` and `count/<resource>[.<group>]`. */
import type { Known, Pod } from '../object.ts';
import { parseQuantity } from '../quantity.ts';
import type { Store } from '../store.ts';

type Quota = Known['resourcequotas'];

const isOver = ({ status }: Pod): boolean => ['Succeeded', 'Failed'].includes(status?.phase ?? '');

/** The name of the countable thing, or undefined when this quota entry limits something else. */
function countedStore(entry: string): string | undefined {
  if (['pods', 'services', 'configmaps', 'secrets', 'resourcequotas'].includes(entry)) return entry;
  return entry.startsWith('count/') ? entry.slice('count/'.length) : undefined;
}

/** How many objects count against an entry; pods that are over do not count as `pods`. */
export function usedOf(entry: string, namespace: string, store: Store): number | undefined {
  const counted = countedStore(entry);
  if (counted === undefined) return undefined;
  if (entry !== 'pods') return store.revisions(counted, namespace).length;
  return store.list('pods', namespace).filter((pod) => !isOver(pod)).length;
}

/** Why one more object does not fit, or undefined. */
export function quotaFault(resource: string, namespace: string, store: Store): string | undefined {
  for (const quota of store.list('resourcequotas', namespace)) {
    const over = Object.entries(hard(quota)).filter(([entry, limit]) => {
      if (countedStore(entry) !== resource) return false;
      return (usedOf(entry, namespace, store) ?? 0) + 1 > (parseQuantity(limit) ?? Infinity);
    });
    if (over.length > 0) {
      const told = (value: (entry: string, limit: string) => string | number): string =>
        over.map(([entry, limit]) => `${entry}=${value(entry, limit)}`).join(',');
      return `exceeded quota: ${quota.metadata.name}, requested: ${told(() => 1)}, used: ${told((entry) => usedOf(entry, namespace, store) ?? 0)}, limited: ${told((_entry, limit) => limit)}`;
    }
  }
  return undefined;
}

const hard = (quota: Quota): Readonly<Record<string, string>> => quota.spec?.hard ?? {};
