/** What a NetworkPolicy's rule allows, in plain words. */
import type {
  V1LabelSelector,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from '../cluster/types.ts';
import type { Direction } from '../model/capabilities.ts';

/** `from pods with app=web in the same namespace, on 8080/tcp`. Undefined if the policy has no such rule. */
export function ruleWords(policy: V1NetworkPolicy, direction: Direction, index: number): string | undefined {
  const rule = direction === 'ingress' ? policy.spec?.ingress?.[index] : policy.spec?.egress?.[index];
  if (rule === undefined) return undefined;
  const peers = 'from' in rule ? rule.from : 'to' in rule ? rule.to : undefined;
  const preposition = direction === 'ingress' ? 'from' : 'to';
  return `${preposition} ${peersWords(peers)}, on ${portsWords(rule.ports)}`;
}

/** Whom the policy is about. */
export function subjectWords({ metadata, spec }: V1NetworkPolicy): string {
  const labels = selectorWords(spec?.podSelector);
  return `${labels === '' ? 'every pod' : `pods with ${labels}`} in ${metadata?.namespace ?? 'default'}`;
}

/** `null` in a manifest is an absent field; missing and empty both mean everything. */
function peersWords(peers: readonly V1NetworkPolicyPeer[] | null | undefined): string {
  if (peers == null || peers.length === 0) return 'anywhere';
  return peers.map(peerWords).join(' or ');
}

function peerWords({ ipBlock, podSelector, namespaceSelector }: V1NetworkPolicyPeer): string {
  if (ipBlock != null) {
    const except = ipBlock.except ?? [];
    return except.length > 0 ? `${ipBlock.cidr} except ${except.join(', ')}` : ipBlock.cidr;
  }
  const labels = selectorWords(podSelector);
  const pods = labels === '' ? 'any pod' : `pods with ${labels}`;
  return `${pods} in ${namespacesWords(namespaceSelector)}`;
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

function namespacesWords(selector: V1LabelSelector | null | undefined): string {
  if (selector == null) return 'the same namespace';
  const labels = selector.matchLabels ?? {};
  const isName = Object.keys(labels).length === 1 && (selector.matchExpressions ?? []).length === 0;
  if (isName && labels[NAME_LABEL] !== undefined) return `namespace ${labels[NAME_LABEL]}`;
  const words = selectorWords(selector);
  return words === '' ? 'any namespace' : `namespaces with ${words}`;
}

function selectorWords(selector: V1LabelSelector | null | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values }) => {
    const list = (values ?? []).join(', ');
    switch (operator) {
      case 'In':
        return `${key} in (${list})`;
      case 'NotIn':
        return `${key} not in (${list})`;
      case 'Exists':
        return `any ${key}`;
      case 'DoesNotExist':
        return `no ${key}`;
      default:
        return `${key} ${operator} ${list}`;
    }
  });
  return [...labels, ...expressions].join(' and ');
}

function portsWords(ports: readonly V1NetworkPolicyPort[] | null | undefined): string {
  if (ports == null || ports.length === 0) return 'any port';
  return ports.map(portWords).join(' or ');
}

function portWords({ port, endPort, protocol }: V1NetworkPolicyPort): string {
  const written = (protocol ?? 'TCP').toLowerCase();
  if (port == null) return `any ${written} port`;
  if (typeof port === 'string') return `the port named ${String(port)} (${written})`;
  return endPort == null ? `${port}/${written}` : `${port} to ${endPort}/${written}`;
}
