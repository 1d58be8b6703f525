/** Whether an end of a connection is one of a rule's peers. */
import type { Selector } from '../model/selector.ts';
import { holds } from './address.ts';
import type { Block } from './address.ts';
import { NAME_LABEL } from './ends.ts';
import type { End, NodeEnd, PodEnd } from './ends.ts';
import { NO, PROBABLY, PROBABLY_NOT, YES, sure, unsure } from './match.ts';
import type { Match } from './match.ts';
import type { Doubt } from './prediction.ts';
import type { Peer, PodsPeer } from './rules.ts';
import type { PolicyNamespace, PolicyPod } from './world.ts';

/** Told why a match is not sure. */
export type Doubting = (doubt: Doubt) => void;

export function matchPeer(peer: Peer, end: End, doubting: Doubting): Match {
  switch (peer.kind) {
    case 'nothing':
      return NO;
    case 'pods':
      return matchPods(peer, end, doubting);
    case 'block':
      return matchBlock(peer, end, doubting);
    case 'networks':
      return matchNetworks(peer.blocks, end, doubting);
    case 'nodes':
      return matchNodes(peer.nodes, end, doubting);
    case 'domains':
      doubting({
        kind: 'domain-name',
        text: `which addresses ${peer.names.join(', ')} stand for is not known here`,
      });
      return PROBABLY_NOT;
  }
}

export function matchPods(peer: PodsPeer, end: End, doubting: Doubting): Match {
  switch (end.kind) {
    case 'pod':
      return selects(peer, end.pod, end.namespace, doubting);
    case 'node':
      return matchHosted(peer, end, doubting);
    case 'outside':
      return end.service === undefined ? NO : unsure(NO);
  }
}

/** A pod on the host's network is not told apart from its node by most engines, but by some. */
function matchHosted(peer: PodsPeer, { hosted }: NodeEnd, doubting: Doubting): Match {
  if (hosted === undefined || peer.neverHost) return NO;
  if (selects(peer, hosted.pod, hosted.namespace, doubting) === NO) return NO;
  doubting(hostDoubt(hosted.pod));
  return PROBABLY_NOT;
}

export function hostDoubt({ namespace, name }: PolicyPod): Doubt {
  const text = `${namespace}/${name} is on its node's network, where it is up to the engine what policies mean`;
  return { kind: 'host-network', text };
}

function selects(
  { namespaces, pods }: PodsPeer,
  pod: PolicyPod,
  namespace: PolicyNamespace,
  doubting: Doubting,
): Match {
  if (typeof namespaces === 'string') return sure(namespace.name === namespaces && pods.matches(pod.labels));
  return pods.matches(pod.labels) ? selectsNamespace(namespaces, namespace, doubting) : NO;
}

function selectsNamespace(selector: Selector, namespace: PolicyNamespace, doubting: Doubting): Match {
  const { name, labels, assumed } = namespace;
  const match = sure(selector.matches(labels));
  if (!assumed || selector.keys.every((key) => key === NAME_LABEL)) return match;
  doubting({ kind: 'unknown-labels', text: `the labels of namespace ${name} are not known` });
  return unsure(match);
}

/**
 * By its text an ipBlock holds whatever has such an address. It is meant for addresses outside the cluster, though,
 * and some engines (Cilium) never match pods by address, and nodes only if told to.
 */
function matchBlock(peer: Peer & { readonly kind: 'block' }, end: End, doubting: Doubting): Match {
  if (isUnaddressed(end, doubting)) {
    return isWhole(peer.block) && peer.except.length === 0 ? PROBABLY : PROBABLY_NOT;
  }
  const isIn = end.addresses.some(
    (address) => holds(peer.block, address) && !peer.except.some((hole) => holds(hole, address)),
  );
  if (end.kind === 'outside') return end.service === undefined ? sure(isIn) : unsure(sure(isIn));
  if (!isIn) return NO;
  const text = `ipBlock ${peer.text} holds the address of ${nameOf(end)}, and some engines match nothing inside the cluster by address`;
  doubting({ kind: 'ip-block-inside', text });
  return PROBABLY;
}

/** "Cluster-internal traffic will be checked against the rule as well" (the API's text on networks). */
function matchNetworks(blocks: readonly Block[], end: End, doubting: Doubting): Match {
  if (isUnaddressed(end, doubting)) return blocks.some(isWhole) ? PROBABLY : PROBABLY_NOT;
  const inside = end.addresses.filter((address) => blocks.some((block) => holds(block, address)));
  if (end.kind === 'outside' && end.service !== undefined) return unsure(sure(inside.length > 0));
  if (inside.length === 0) return NO;
  if (inside.length === end.addresses.length) return YES;
  const text = `of the addresses of ${nameOf(end)}, a rule's networks hold some and not others`;
  doubting({ kind: 'address-family', text });
  return PROBABLY;
}

function matchNodes(nodes: Selector, end: End, doubting: Doubting): Match {
  if (end.kind !== 'node') return NO;
  if (end.node?.labels !== undefined) return sure(nodes.matches(end.node.labels));
  if (nodes.keys.length === 0) return YES;
  doubting({ kind: 'unknown-labels', text: `the labels of ${nameOf(end)} are not known` });
  return unsure(sure(nodes.matches({})));
}

/** All addresses of a family: likely one that an end has whose address is not known. */
function isWhole({ first, last }: Block): boolean {
  return first === 0n && last >= 0xffff_ffffn;
}

function isUnaddressed(end: End, doubting: Doubting): boolean {
  if (end.addresses.length > 0) return false;
  doubting({ kind: 'unknown-address', text: `the address of ${nameOf(end)} is not known` });
  return true;
}

export function nameOf(end: End): string {
  switch (end.kind) {
    case 'pod':
      return podName(end);
    case 'node':
      return end.hosted === undefined ? `node ${end.node?.name ?? ''}` : podName(end.hosted);
    case 'outside':
      return end.text;
  }
}

function podName({ pod }: Pick<PodEnd, 'pod'>): string {
  return `pod ${pod.namespace}/${pod.name}`;
}
