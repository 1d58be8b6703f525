/** Groups in the order in which their keys first appear (Map.groupBy, which Node 20 does not have). */
export function groupBy<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) getOrAdd(groups, keyOf(value), () => []).push(value);
  return groups;
}

/** The value under the key, made and kept if there is none. */
export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
