/** One proof per capability: what its own cells say, less what a more basic fault explains; pure. */
import type { Direction, Capability, CapabilityProof } from '../../model/capabilities.ts';
import { decidingNode, type Enforcement, isWithin, standingOf } from './nodes.ts';
import type { Scene } from './cells.ts';
import type { Judged } from './observe.ts';
import type { Script } from './table.ts';

/** Those told of apart, from more than their own cells. */
const ELSEWHERE: readonly Capability[] = ['new-pod'];

/** @param unlaunched why, by actor */
export function proofsOf(
  scene: Scene,
  script: Script,
  judged: readonly Judged[],
  enforcement: Enforcement,
  unlaunched: ReadonlyMap<string, string>,
): readonly CapabilityProof[] {
  const proofs = new Map<Capability, CapabilityProof>();
  const add = (proof: CapabilityProof): void => void proofs.set(proof.capability, proof);
  for (const direction of ['ingress', 'egress'] as const)
    if (script.tests.some(({ capability }) => capability === direction))
      add(directionProof(direction, judged, enforcement));
  for (const way of ['same-node', 'cross-node'] as const) {
    const proof = wayProof(way, judged, enforcement);
    // On one node there may be no such way.
    if (proof.proof !== 'unknown' || scene.nodes.length > 1) add(proof);
  }
  const udpOff = udpUnfiltered(judged, enforcement);
  const explained = (each: Judged): string | undefined => explanation(each, enforcement, udpOff);
  const tested = new Set<Capability>(
    script.cells.flatMap(({ capability }) => (capability === 'control' ? [] : [capability])),
  );
  // In the table's order: what others need comes first.
  for (const { capability, needs } of [
    { capability: 'udp' as const, needs: ['ingress' as const] },
    ...script.tests,
  ]) {
    if (proofs.has(capability) || !tested.has(capability) || ELSEWHERE.includes(capability)) continue;
    const cells = judged.filter(({ cell }) => cell.capability === capability);
    const missing = needs.find((need) => proofs.get(need)?.proof === 'absent');
    add(featureProof(capability, cells, explained, missing));
  }
  for (const [capability, because] of script.lacking) add({ capability, proof: 'unknown', because });
  const untried = untriedIn(script, judged, unlaunched);
  return [...proofs.values()].map((each) => untried(each));
}

/** What was seen of a part of its cells proves nothing; a fault among them is one all the same. */
function untriedIn(script: Script, judged: readonly Judged[], unlaunched: ReadonlyMap<string, string>) {
  const tried = new Set(judged.map(({ cell }) => cell));
  const left = script.cells.filter((cell) => !tried.has(cell));
  return (proof: CapabilityProof): CapabilityProof => {
    const cell = left.find(({ capability }) => capability === proof.capability);
    if (cell === undefined || proof.proof !== 'proven') return proof;
    const why = unlaunched.get(cell.from) ?? unlaunched.get(cell.to) ?? `${cell.from} did not ask ${cell.to}`;
    return { ...proof, proof: 'unknown', because: `not all of it could be tried: ${why}` };
  };
}

function directionProof(
  direction: Direction,
  judged: readonly Judged[],
  { nodes, [direction]: proof }: Enforcement,
): CapabilityProof {
  const absentOn = openNodes(direction, { nodes });
  const isProven = nodes.some((each) => each[direction] === 'proven');
  if (proof === 'absent' && absentOn.length < nodes.length && isProven) {
    const where = absentOn.join(', ');
    const other = direction === 'ingress' ? 'egress' : 'ingress';
    const both = nodes.every((each) => (each[direction] === 'absent') === (each[other] === 'absent'));
    const what = both ? 'policies are' : `${direction} policies are`;
    return {
      capability: direction,
      proof,
      because: `${where}: ${what} not enforced there, though elsewhere; its agent may be down`,
      absentOn,
    };
  }
  const seenOn = nodes.map(({ node }) => node).join(', ');
  if (proof === 'absent')
    return { capability: direction, proof, because: `${direction} policies are ignored (seen on ${seenOn})` };
  if (proof === 'proven')
    return { capability: direction, proof, because: `${direction} denies held on ${seenOn}` };
  const blind = judged.find(
    ({ cell, verdict }) => cell.direction === direction && verdict.verdict === 'inconclusive',
  );
  return {
    capability: direction,
    proof,
    because: blind?.verdict.because ?? 'its canary could not be launched',
  };
}

function wayProof(
  way: 'same-node' | 'cross-node',
  judged: readonly Judged[],
  { unfiltered }: Enforcement,
): CapabilityProof {
  const cells = judged.filter(
    (each) => each.cell.expect === 'deny' && isWithin(each) === (way === 'same-node'),
  );
  const words = way === 'same-node' ? 'between pods of one node' : 'between pods of different nodes';
  if (unfiltered === way)
    return { capability: way, proof: 'absent', because: `traffic ${words} is not filtered` };
  if (cells.some((each) => standingOf(each) === 'held'))
    return { capability: way, proof: 'proven', because: `denies held ${words}` };
  const because =
    cells.length === 0 ? `no two of the canary's pods stood so` : `no deny was seen to hold ${words}`;
  return { capability: way, proof: 'unknown', because };
}

/** TCP is denied where UDP to the same pod passes. */
function udpUnfiltered(judged: readonly Judged[], enforcement: Enforcement): boolean {
  const denies = judged.filter(
    (each) => each.cell.capability === 'udp' && each.cell.expect === 'deny' && enforcedAt(each, enforcement),
  );
  return denies.length > 0 && denies.every((each) => standingOf(each) === 'leaked');
}

function enforcedAt(each: Judged, { nodes, unfiltered }: Enforcement): boolean {
  if (unfiltered !== undefined && isWithin(each) === (unfiltered === 'same-node')) return false;
  const node = nodes.find((one) => one.node === decidingNode(each));
  return node === undefined || node[each.cell.direction] !== 'absent';
}

/** The more basic fault that accounts for a cell, whatever it says. */
function explanation(each: Judged, enforcement: Enforcement, udpOff: boolean): string | undefined {
  const { cell } = each;
  if (!enforcedAt(each, enforcement)) {
    const { unfiltered } = enforcement;
    return unfiltered !== undefined && isWithin(each) === (unfiltered === 'same-node')
      ? 'traffic on that way is not filtered'
      : `${cell.direction} policies are not enforced on ${decidingNode(each)}`;
  }
  const open = cell.service && cell.expect === 'deny' ? openNodes(cell.direction, enforcement) : [];
  if (open.length > 0)
    return `${cell.direction} policies are not enforced on ${open.join(', ')}, where some of its pods may be`;
  return udpOff && cell.port.protocol === 'udp' && cell.capability !== 'udp'
    ? 'UDP is not filtered'
    : undefined;
}

const openNodes = (direction: Direction, { nodes }: Pick<Enforcement, 'nodes'>): readonly string[] =>
  nodes.filter((each) => each[direction] === 'absent').map(({ node }) => node);

function featureProof(
  capability: Capability,
  cells: readonly Judged[],
  explained: (each: Judged) => string | undefined,
  missing: Capability | undefined,
): CapabilityProof {
  const unknown = (because: string): CapabilityProof => ({ capability, proof: 'unknown', because });
  const own = cells.filter((each) => explained(each) === undefined);
  const odd = own.filter((each) => standingOf(each) === 'leaked' || standingOf(each) === 'blocked');
  const [first] = cells;
  if (own.length === 0) return unknown((first && explained(first)) ?? 'its pods could not be launched');
  if (odd.length > 0 && missing !== undefined) return unknown(`it rests on ${missing}, which is absent`);
  const leak = odd.find((each) => standingOf(each) === 'leaked');
  const wrong = leak ?? odd[0];
  if (wrong && leak === undefined && isAddressOfPods(wrong)) return podAddresses(capability, own);
  if (wrong) return { capability, proof: 'absent', because: `${wrong.cell.wrong}: ${exampleOf(wrong)}` };
  const blind = own.find((each) => standingOf(each) === 'untold');
  if (blind) return unknown(blind.verdict.because);
  // Of cells that are explained some may be the ones that matter: both kinds must be left.
  const kinds = (list: readonly Judged[]): number => new Set(list.map(({ cell }) => cell.expect)).size;
  if (kinds(own) < kinds(cells))
    return unknown(explained(cells.find((each) => explained(each) !== undefined) as Judged) ?? '');
  return { capability, proof: 'proven', because: `${own.length} cells as they should be` };
}

const isAddressOfPods = ({ cell }: Judged): boolean =>
  (cell.capability === 'ip-block' || cell.capability === 'except') && cell.to !== 'external';

/** An engine may leave pods' addresses out of ipBlocks: then only one outside the cluster shows anything. */
function podAddresses(capability: Capability, own: readonly Judged[]): CapabilityProof {
  const outside = own.filter(({ cell }) => cell.to === 'external');
  const note = "ipBlocks do not match pods' own addresses here, as the API allows";
  const held = outside.length > 0 && outside.every((each) => standingOf(each) === 'held');
  return held
    ? { capability, proof: 'proven', because: `on an address outside the cluster; ${note}` }
    : {
        capability,
        proof: 'unknown',
        because: `${note}; --external HOST:PORT tries one outside the cluster`,
      };
}

function exampleOf({ cell, fromNode, toNode }: Judged): string {
  const { from, to, port, expect } = cell;
  const what = `${from} ${expect === 'deny' ? 'reached' : "couldn't reach"} ${to} ${port.protocol}/${port.port}`;
  return toNode === '' ? what : `${what} (${fromNode} to ${toNode})`;
}
