/** Whether two NetworkPolicies mean the same: compared as the API would have them, order aside. */
import { directionsOf } from '../../policy/network-policy.ts';
import { listAt, mapAt, isMap } from '../../snapshot/keep.ts';
import type { KubeObject, PolicyObject } from '../../snapshot/snapshot.ts';

/** Paths at which the two differ, e.g. `spec.ingress`; empty if they mean the same. */
export function differences(live: KubeObject, committed: KubeObject): string[] {
  const [a, b] = [normal(live), normal(committed)];
  return Object.keys(a).flatMap((key) => (a[key] === b[key] ? [] : [`spec.${key}`]));
}

/** Defaults filled in, lists whose order means nothing sorted; each part as text. */
function normal({ spec }: KubeObject): Readonly<Record<string, string>> {
  const restricted = directionsOf(spec as PolicyObject['spec']);
  return {
    podSelector: selector(mapAt(spec, 'podSelector')),
    policyTypes: restricted.join(),
    ingress: restricted.includes('ingress') ? rules(spec, 'ingress', 'from') : '',
    egress: restricted.includes('egress') ? rules(spec, 'egress', 'to') : '',
  };
}

function rules(spec: unknown, direction: string, peers: string): string {
  return texts(
    listAt(spec, direction).map((rule) =>
      JSON.stringify([texts(listAt(rule, peers).map(peer)), texts(listAt(rule, 'ports').map(port))]),
    ),
  );
}

function peer(value: unknown): string {
  const block = mapAt(value, 'ipBlock');
  return JSON.stringify([
    isMap(value) && isMap(value['podSelector']) ? selector(value['podSelector']) : null,
    isMap(value) && isMap(value['namespaceSelector']) ? selector(value['namespaceSelector']) : null,
    block['cidr'] ?? null,
    texts(listAt(block, 'except').map(String)),
  ]);
}

function port(value: unknown): string {
  const { protocol, port: number, endPort } = isMap(value) ? value : {};
  return JSON.stringify([protocol ?? 'TCP', number ?? null, endPort ?? null]);
}

function selector(value: unknown): string {
  const labels = Object.entries(mapAt(value, 'matchLabels')).map(([key, text]) =>
    JSON.stringify([key, text]),
  );
  const expressions = listAt(value, 'matchExpressions').map((each) => {
    const { key, operator } = isMap(each) ? each : {};
    return JSON.stringify([key, operator, texts(listAt(each, 'values').map(String))]);
  });
  return texts([...labels, ...expressions]);
}

function texts(values: readonly string[]): string {
  return JSON.stringify(values.toSorted());
}
