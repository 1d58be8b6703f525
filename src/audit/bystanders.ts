/**
 * Pods that nobody has launched yet, to ask what would hold for them: one without labels, and one for every way in
 * which the selectors of a namespace's policies could tell pods apart. Selectors see nothing but these ways, so what
 * holds for all of these pods holds for every pod that could ever come.
 */
import type { Labels } from '../model/selector.ts';
import type { PolicyPod } from '../policy/world.ts';
import { listAt, mapAt, textAt } from '../snapshot/keep.ts';
import type { PolicyObject } from '../snapshot/snapshot.ts';

export interface Bystanders {
  /** Without labels. */
  readonly bare: PolicyPod;
  readonly labelled: readonly PolicyPod[];
  /** False: there are too many ways; only some are among them. */
  readonly complete: boolean;
}

const MOST = 200;
/** A value that no selector names. */
const FRESH = 'netproof-fresh';

export function bystandersIn(namespace: string, policies: readonly PolicyObject[]): Bystanders {
  const keys = [...valuesByKey(policies)];
  const ways = keys.reduce((product, [, values]) => product * (values.size + 2), 1);
  const complete = ways <= MOST;
  const labels = complete ? combined(keys) : single(keys).slice(0, MOST);
  const pods = labels.map((each, index) => podOf(namespace, index, each));
  return { bare: barePod(namespace, 'bare'), labelled: pods, complete };
}

function valuesByKey(policies: readonly PolicyObject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const values = (key: string): Set<string> => {
    const known = found.get(key) ?? new Set<string>();
    found.set(key, known);
    return known;
  };
  for (const { spec } of policies) {
    const selector = spec?.podSelector;
    for (const [key, value] of Object.entries(mapAt(selector, 'matchLabels'))) values(key).add(String(value));
    for (const each of listAt(selector, 'matchExpressions')) {
      const known = values(textAt(each, 'key') ?? '');
      for (const value of listAt(each, 'values')) known.add(String(value));
    }
  }
  return found;
}

type Keys = readonly (readonly [string, ReadonlySet<string>])[];

/** Every key absent, with each value that is asked for, and with another one. */
function combined(keys: Keys): Labels[] {
  return keys.reduce<Labels[]>(
    (all, [key, values]) =>
      all.flatMap((labels) => [labels, ...[...values, FRESH].map((value) => ({ ...labels, [key]: value }))]),
    [{}],
  );
}

function single(keys: Keys): Labels[] {
  return keys.flatMap(([key, values]) => [...values, FRESH].map((value) => ({ [key]: value })));
}

/** A pod without labels, of which nothing but its namespace is known. */
export function barePod(namespace: string, id: string): PolicyPod {
  return podOf(namespace, id, {});
}

function podOf(namespace: string, id: string | number, labels: Labels): PolicyPod {
  return {
    namespace,
    name: `netproof-${id}`,
    labels,
    ips: [],
    hostNetwork: false,
    ports: [],
    fromTemplate: true,
  };
}
