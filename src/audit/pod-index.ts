/** Finds pods by namespace and labels without going through all of them for each question. */
import type { V1LabelSelector } from '../cluster/types.ts';
import { selectorOf } from '../model/selector.ts';
import { NAME_LABEL } from '../policy/ends.ts';
import type { PolicyNamespace, PolicyPod, World } from '../policy/world.ts';

export class PodIndex {
  readonly #world: World;
  readonly #byNamespace = new Map<string, PolicyPod[]>();
  /** `key=value` → pods. */
  readonly #byLabel = new Map<string, PolicyPod[]>();

  constructor(world: World) {
    this.#world = world;
    for (const pod of world.pods) {
      push(this.#byNamespace, pod.namespace, pod);
      for (const [key, value] of Object.entries(pod.labels)) push(this.#byLabel, `${key}=${value}`, pod);
    }
  }

  in(namespace: string): readonly PolicyPod[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** @param namespaces the name of one, or a selector over all */
  some(namespaces: string | V1LabelSelector, pods: V1LabelSelector | undefined): boolean {
    const wanted = selectorOf(pods);
    if (typeof namespaces === 'string')
      return this.in(namespaces).some(({ labels }) => wanted.matches(labels));
    const chosen = new Set(
      this.#world.namespaces.filter((namespace) => mayMatch(namespace, namespaces)).map(({ name }) => name),
    );
    return this.#candidates(pods).some(
      ({ namespace, labels }) => chosen.has(namespace) && wanted.matches(labels),
    );
  }

  /** Those that have the rarest of the labels that are asked for. */
  #candidates(selector: V1LabelSelector | undefined): readonly PolicyPod[] {
    const lists = Object.entries(selector?.matchLabels ?? {}).map(
      ([key, value]) => this.#byLabel.get(`${key}=${value}`) ?? [],
    );
    return lists.toSorted((a, b) => a.length - b.length)[0] ?? this.#world.pods;
  }
}

/** Every namespace is labelled with its name (Kubernetes 1.22); of one that is only assumed nothing else is known. */
function mayMatch({ name, labels, assumed }: PolicyNamespace, selector: V1LabelSelector): boolean {
  const known = { [NAME_LABEL]: name, ...labels };
  if (!assumed) return selectorOf(selector).matches(known);
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const aboutName = {
    matchLabels: NAME_LABEL in matchLabels ? { [NAME_LABEL]: matchLabels[NAME_LABEL] ?? '' } : {},
    matchExpressions: matchExpressions.filter(({ key }) => key === NAME_LABEL),
  };
  return selectorOf(aboutName).matches(known);
}

function push(map: Map<string, PolicyPod[]>, key: string, pod: PolicyPod): void {
  const list = map.get(key);
  if (list) list.push(pod);
  else map.set(key, [pod]);
}
