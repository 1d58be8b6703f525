/** Which denies hold where: per direction and node, on the way within a node and between two; pure. */
import type { Direction, NodeProof, Proof } from '../../model/capabilities.ts';
import { type Judged } from './observe.ts';

export type Standing = 'held' | 'leaked' | 'blocked' | 'untold';

export function standingOf({ verdict }: Pick<Judged, 'verdict'>): Standing {
  switch (verdict.verdict) {
    case 'pass':
      return 'held';
    case 'inconclusive':
      return 'untold';
    case 'fail':
      return verdict.cause === 'leak' || verdict.cause === 'leak-one-way' ? 'leaked' : 'blocked';
  }
}

export const DIRECTION_NAMES: readonly Direction[] = ['ingress', 'egress'];

/** The node whose agent programs what decides. */
export const decidingNode = ({ cell, fromNode, toNode }: Judged): string =>
  cell.direction === 'ingress' ? toNode : fromNode;
export const isWithin = ({ fromNode, toNode }: Judged): boolean => fromNode === toNode;

/** Of the ways within a node and between two, the one on which nothing is denied though it is on the other. */
export type Unfiltered = 'same-node' | 'cross-node' | undefined;

export interface Enforcement {
  readonly nodes: readonly NodeProof[];
  readonly unfiltered: Unfiltered;
  readonly ingress: Proof;
  readonly egress: Proof;
}

export function enforcementOf(judged: readonly Judged[]): Enforcement {
  const basic = judged.filter(
    ({ cell }) => (cell.capability === 'ingress' || cell.capability === 'egress') && cell.expect === 'deny',
  );
  const unfiltered = unfilteredWay(basic);
  const counted = basic.filter((each) => unfiltered === undefined || wayOf(each) !== unfiltered);
  const names = [...new Set(basic.map(decidingNode))].sort();
  const nodes = names.map((node) => ({
    node,
    ingress: proofOn(node, 'ingress', counted),
    egress: proofOn(node, 'egress', counted),
  }));
  // Where the scheduler chose, a node may have been asked about one direction only.
  const asked = (direction: Direction): readonly Proof[] =>
    nodes
      .filter(({ node }) =>
        basic.some((each) => each.cell.direction === direction && decidingNode(each) === node),
      )
      .map((each) => each[direction]);
  return { nodes, unfiltered, ingress: overall(asked('ingress')), egress: overall(asked('egress')) };
}

const wayOf = (each: Judged): 'same-node' | 'cross-node' => (isWithin(each) ? 'same-node' : 'cross-node');

/** Only where each direction that is enforced at all tells the same. */
function unfilteredWay(basic: readonly Judged[]): Unfiltered {
  const told = DIRECTION_NAMES.map((direction) => basic.filter(({ cell }) => cell.direction === direction))
    .map((cells) => cells.map((each) => [wayOf(each), standingOf(each)] as const))
    .filter((cells) => cells.some(([, standing]) => standing === 'held'));
  const ways = ['same-node', 'cross-node'] as const;
  return ways.find(
    (way) =>
      told.length > 0 &&
      told.every((cells) =>
        cells.every(([each, standing]) => standing === (each === way ? 'leaked' : 'held')),
      ) &&
      told.flat().some(([each]) => each === way),
  );
}

function proofOn(node: string, direction: Direction, basic: readonly Judged[]): Proof {
  const standings = basic
    .filter((each) => each.cell.direction === direction && decidingNode(each) === node)
    .map(standingOf);
  if (standings.includes('leaked')) return 'absent';
  return standings.length > 0 && standings.every((standing) => standing === 'held') ? 'proven' : 'unknown';
}

function overall(proofs: readonly Proof[]): Proof {
  if (proofs.includes('absent')) return 'absent';
  return proofs.length > 0 && proofs.every((proof) => proof === 'proven') ? 'proven' : 'unknown';
}
