/** The two ends of a connection, as policies see them. */
import { addressKey, parseAddress } from './address.ts';
import type { Address } from './address.ts';
import type { Party } from './prediction.ts';
import type { PolicyNamespace, PolicyNode, PolicyPod, PolicyService, World } from './world.ts';

export type End = PodEnd | NodeEnd | OutsideEnd;

/** A pod with an address of its own. */
export interface PodEnd {
  readonly kind: 'pod';
  readonly pod: PolicyPod;
  readonly namespace: PolicyNamespace;
  readonly addresses: readonly Address[];
}

/** A node, or a pod that shares its network. */
export interface NodeEnd {
  readonly kind: 'node';
  /** Absent if it is not known where the pod runs. */
  readonly node?: PolicyNode;
  readonly addresses: readonly Address[];
  readonly hosted?: { readonly pod: PolicyPod; readonly namespace: PolicyNamespace };
}

export interface OutsideEnd {
  readonly kind: 'outside';
  readonly text: string;
  readonly addresses: readonly Address[];
  /** The address is this Service's virtual one. */
  readonly service?: PolicyService;
}

export interface Ends {
  /** One per pod of the world, in its order. */
  readonly pods: readonly (PodEnd | NodeEnd)[];
  /** Throws if the pod is not of this world or the text is no address. */
  of(party: Party): End;
}

export function indexEnds(world: World): Ends {
  const namespaces = new Map(world.namespaces.map((namespace) => [namespace.name, withName(namespace)]));
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  const pods = world.pods.map((pod) => endOf(pod, namespaceOf(pod, namespaces), nodes));
  const byPod = new Map(world.pods.map((pod, index) => [pod, pods[index]]));
  const byAddress = addressed(world, pods);
  const of = (party: Party): End => {
    if ('pod' in party) {
      const end = byPod.get(party.pod);
      if (end === undefined) throw new Error(`no pod ${party.pod.namespace}/${party.pod.name} in this world`);
      return end;
    }
    const address = parseAddress(party.address);
    if (address === undefined) throw new Error(`${JSON.stringify(party.address)} is no address`);
    const known = byAddress.get(addressKey(address));
    // Of a node's several addresses, it is this one that the connection has.
    if (known?.kind === 'node') return { ...known, addresses: [address] };
    return known ?? { kind: 'outside', text: party.address, addresses: [address] };
  };
  return { pods, of };
}

function namespaceOf(
  { namespace }: PolicyPod,
  namespaces: ReadonlyMap<string, PolicyNamespace>,
): PolicyNamespace {
  return namespaces.get(namespace) ?? withName({ name: namespace, labels: {}, assumed: true });
}

/** The API server sets this label on every namespace. */
export const NAME_LABEL = 'kubernetes.io/metadata.name';

function withName(namespace: PolicyNamespace): PolicyNamespace {
  return { ...namespace, labels: { ...namespace.labels, [NAME_LABEL]: namespace.name } };
}

function endOf(
  pod: PolicyPod,
  namespace: PolicyNamespace,
  nodes: ReadonlyMap<string, PolicyNode>,
): PodEnd | NodeEnd {
  if (!pod.hostNetwork) return { kind: 'pod', pod, namespace, addresses: parsed(pod.ips) };
  const node = pod.node === undefined ? undefined : nodes.get(pod.node);
  const addresses = parsed(pod.ips.length > 0 ? pod.ips : (node?.ips ?? []));
  return { kind: 'node', ...(node && { node }), addresses, hosted: { pod, namespace } };
}

/** Who has an address; of several, a pod before a node before a Service. */
function addressed(world: World, pods: readonly (PodEnd | NodeEnd)[]): ReadonlyMap<string, End> {
  const byAddress = new Map<string, End>();
  for (const service of world.services) {
    for (const text of service.clusterIPs) {
      const address = parseAddress(text);
      if (address === undefined) continue;
      byAddress.set(addressKey(address), { kind: 'outside', text, addresses: [address], service });
    }
  }
  for (const node of world.nodes) {
    for (const address of parsed(node.ips)) {
      byAddress.set(addressKey(address), { kind: 'node', node, addresses: [address] });
    }
  }
  for (const end of pods) {
    if (end.kind === 'pod') for (const address of end.addresses) byAddress.set(addressKey(address), end);
  }
  return byAddress;
}

function parsed(texts: readonly string[]): readonly Address[] {
  return texts.map(parseAddress).filter((address) => address !== undefined);
}
