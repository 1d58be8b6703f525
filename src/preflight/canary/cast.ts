/** The canary's actors by name. Only those that the chosen tests mention are launched. */
import type { PortSpec } from '../../model/scenario.ts';
import { type Actor, type CanaryCell, type Scene, TCP, tcp, TCP_OTHER, UDP, UDP_OTHER } from './cells.ts';

/** Actors that stand on every node of the scene, by name and the node's index: `open-0`. */
export type PerNode = 'open' | 'shut' | 'stranger' | 'captive';
export const on = (who: PerNode, node: number): string => `${who}-${node}`;

const BOTH = [TCP, UDP];
const source = (name: string, where: Actor['where'], node: number, who = name): Actor => ({
  name,
  role: 'source',
  who,
  where,
  node,
  listen: [],
});
const listener = (name: string, listen: readonly PortSpec[], node = 0, who = name): Actor => ({
  name,
  role: 'listener',
  who,
  where: 'here',
  node,
  listen,
});

/** Ports of the listener `peers`, one per way to name peers. */
export const PEER_PORTS = {
  pod: 8001,
  namespace: 8002,
  combined: 8003,
  two: 8004,
  expressions: 8005,
  block: 8006,
  except: 8007,
} as const;

/** The range, the port before it and the one after it. */
export const RANGE = { before: 8099, first: 8100, middle: 8101, last: 8102, after: 8103 } as const;

function everyone({ nodes }: Scene): readonly Actor[] {
  const far = nodes.length - 1;
  return [
    ...nodes.flatMap((_, node) => [
      // Nothing selects it.
      listener(on('open', node), [...BOTH, TCP_OTHER], node, 'open'),
      // Selected by an ingress policy whose one rule is for nobody.
      listener(on('shut', node), BOTH, node, 'shut'),
      source(on('stranger', node), 'here', node, 'stranger'),
      // Selected by an egress policy that lets it to `lit` alone.
      source(on('captive', node), 'here', node, 'captive'),
    ]),
    listener('lit', BOTH),
    listener('sealed', BOTH),
    listener('peers', Object.values(PEER_PORTS).map(tcp)),
    listener('ports', [TCP, TCP_OTHER, UDP, UDP_OTHER]),
    { ...listener('named', [TCP, TCP_OTHER]), portNames: { door: TCP.port } },
    listener('range', Object.values(RANGE).map(tcp)),
    source('friend', 'here', 0),
    source('friend-there', 'there', far, 'friend'),
    source('stranger-there', 'there', far, 'stranger'),
    source('muted', 'here', 0),
    source('outward', 'here', 0),
    source('walled', 'here', 0),
    // Launched when its policy has been there for a while.
    source(NEWCOMER, 'here', 0),
  ];
}

export const NEWCOMER = 'newcomer';

export function castFor(scene: Scene, cells: readonly CanaryCell[]): readonly Actor[] {
  const mentioned = new Set(cells.flatMap(({ from, to }) => [from, to]));
  return everyone(scene).filter(({ name }) => mentioned.has(name));
}
