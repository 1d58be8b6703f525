/** From verdicts on the canary's cells to what is said of a cluster: each defect gets its own name and no other. */
import { describe, expect, test } from '@jest/globals';
import type { Capability, Proof } from '../../../src/model/capabilities.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { castFor } from '../../../src/preflight/canary/cast.ts';
import type { CanaryCell, Scene } from '../../../src/preflight/canary/cells.ts';
import { enforcementOf } from '../../../src/preflight/canary/nodes.ts';
import type { Judged } from '../../../src/preflight/canary/observe.ts';
import { proofsOf } from '../../../src/preflight/canary/proofs.ts';
import { scriptFor } from '../../../src/preflight/canary/table.ts';

const SCENE: Scene = { runId: 'r', here: 'h', there: 't', nodes: ['a', 'b'], external: undefined };
const SCRIPT = scriptFor(SCENE, () => true);
const NODE_OF = new Map(
  castFor(SCENE, SCRIPT.cells).map(({ name, node }) => [name, SCENE.nodes[node] ?? '']),
);

/** Verdicts that say that a cell is so, whatever was expected. */
type Fate = (cell: CanaryCell, fromNode: string, toNode: string) => 'open' | 'closed' | 'untold' | undefined;

function verdictOf(cell: CanaryCell, fate: ReturnType<Fate>): Verdict {
  const base = { probe: 0, because: 'seen', flaky: false, controls: {} };
  if (fate === 'untold') return { ...base, verdict: 'inconclusive', cause: 'path-dead' };
  const open = fate === undefined ? cell.expect === 'allow' : fate === 'open';
  if (cell.expect === 'deny')
    return open
      ? { ...base, verdict: 'fail', cause: 'leak' }
      : { ...base, verdict: 'pass', cause: 'dropped' };
  return open
    ? { ...base, verdict: 'pass', cause: 'reached' }
    : { ...base, verdict: 'fail', cause: 'blocked' };
}

function proofsIf(
  fate: Fate,
  script = SCRIPT,
  unlaunched = new Map<string, string>(),
): Record<Proof, Capability[]> & { readonly words: string; readonly doubts: string } {
  const asked = script.cells.filter(({ from, to }) => !unlaunched.has(from) && !unlaunched.has(to));
  const judged: Judged[] = asked.map((cell) => {
    const [fromNode, toNode] = [NODE_OF.get(cell.from) ?? '', NODE_OF.get(cell.to) ?? ''];
    return { cell, fromNode, toNode, verdict: verdictOf(cell, fate(cell, fromNode, toNode)) };
  });
  const proofs = proofsOf(SCENE, script, judged, enforcementOf(judged), unlaunched);
  const of = (wanted: Proof): Capability[] =>
    proofs.filter(({ proof }) => proof === wanted).map(({ capability }) => capability);
  const wordsOf = (wanted: Proof): string =>
    proofs
      .filter(({ proof }) => proof === wanted)
      .map(({ because }) => because)
      .join('; ');
  return {
    proven: of('proven'),
    absent: of('absent'),
    unknown: of('unknown'),
    words: wordsOf('absent'),
    doubts: wordsOf('unknown'),
  };
}

const deciding = (cell: CanaryCell, from: string, to: string): string =>
  cell.direction === 'ingress' ? to : from;
const is =
  (...capabilities: Capability[]) =>
  (cell: CanaryCell): boolean =>
    cell.capability !== 'control' && capabilities.includes(cell.capability);
const openIf =
  (does: (...of: Parameters<Fate>) => boolean): Fate =>
  (...of) =>
    does(...of) ? 'open' : undefined;

describe('what a cluster lacks gets its name, and nothing else does', () => {
  test('nothing', () => {
    const { absent, unknown } = proofsIf(() => undefined);
    expect([absent, unknown]).toEqual([[], []]);
  });

  test.each<[string, Fate, readonly Capability[], RegExp]>([
    ['everything', openIf(() => true), ['ingress', 'egress'], /ingress policies are ignored/],
    [
      'ingress',
      openIf(({ direction }) => direction === 'ingress'),
      ['ingress'],
      /ingress policies are ignored/,
    ],
    ['egress', openIf(({ direction }) => direction === 'egress'), ['egress'], /egress policies are ignored/],
    [
      'a node',
      openIf((...of) => deciding(...of) === 'b'),
      ['ingress', 'egress'],
      /^b: policies are not enforced there/,
    ],
    ['the first node', openIf((...of) => deciding(...of) === 'a'), ['ingress', 'egress'], /^a: policies are/],
    [
      "a node's egress",
      openIf((...of) => of[0].direction === 'egress' && deciding(...of) === 'b'),
      ['egress'],
      /^b: egress policies are not enforced there/,
    ],
    [
      'the way within a node',
      openIf((_, from, to) => from === to),
      ['same-node'],
      /pods of one node is not filtered/,
    ],
    [
      'the way between nodes',
      openIf((_, from, to) => from !== to),
      ['cross-node'],
      /different nodes is not filtered/,
    ],
    ['UDP', openIf(({ port }) => port.protocol === 'udp'), ['udp'], /UDP is not filtered/],
    ['default deny', openIf(is('default-deny')), ['default-deny'], /a policy without rules is ignored/],
    ['except', openIf(is('except')), ['except'], /except ranges of an ipBlock are ignored/],
    ['a combined selector', openIf(is('combined-selector')), ['combined-selector'], /either-or/],
    [
      'two peers',
      (cell) => (is('two-peers')(cell) ? 'closed' : undefined),
      ['two-peers'],
      /treated as both required/,
    ],
    [
      'a range of ports',
      ({ capability, port }) => (capability === 'end-port' && port.port !== 8100 ? 'closed' : undefined),
      ['end-port'],
      /only its first port is open/,
    ],
    [
      'names of ports',
      (cell) => (is('named-port')(cell) ? 'closed' : undefined),
      ['named-port'],
      /stays closed/,
    ],
    [
      'Services',
      (cell) => (is('service')(cell) ? 'closed' : undefined),
      ['service'],
      /Service's own address/,
    ],
    // What rests on it shows nothing, and is not blamed.
    [
      'namespaceSelectors',
      openIf(is('namespace-selector', 'combined-selector', 'two-peers')),
      ['namespace-selector'],
      /namespaceSelector is ignored/,
    ],
    [
      'podSelectors',
      openIf(is('pod-selector', 'combined-selector', 'match-expressions')),
      ['pod-selector'],
      /podSelector lets in pods/,
    ],
  ])('%s', (_, fate, lacking, says) => {
    const { absent, words } = proofsIf(fate);
    expect(absent).toEqual(lacking);
    expect(words).toMatch(says);
  });
});

test('pods whose addresses no ipBlock matches are no fault; nothing is shown either', () => {
  const { absent, unknown } = proofsIf((cell) => (is('ip-block', 'except')(cell) ? 'closed' : undefined));
  expect([absent, unknown]).toEqual([[], ['ip-block', 'except']]);
});

test('an address outside the cluster shows what pods could not', () => {
  const scene = { ...SCENE, external: { host: '203.0.113.7', port: 443 } };
  const script = scriptFor(scene, () => true);
  const inside: Fate = (cell) =>
    is('ip-block', 'except')(cell) && cell.to !== 'external' ? 'closed' : undefined;
  expect(proofsIf(inside, script).unknown).toEqual([]);
  const leaking: Fate = (cell) =>
    cell.capability === 'except' && cell.to === 'external' ? 'open' : undefined;
  expect(proofsIf(leaking, script).absent).toEqual(['except']);
});

test('a Service whose pods are partly on a node without enforcement is left unknown, for that reason', () => {
  const elsewhere: Fate = (cell, from, to) =>
    cell.expect === 'deny' && deciding(cell, from, to) === 'b'
      ? 'open'
      : cell.capability === 'service' && cell.expect === 'deny'
        ? 'untold'
        : undefined;
  const { absent, unknown, doubts } = proofsIf(elsewhere);
  expect(absent).toEqual(['ingress', 'egress']);
  expect(unknown).toContain('service');
  expect(doubts).toMatch(/ingress policies are not enforced on b, where some of its pods may be/);
});

test('what could not be told is unknown, never absent and never proven', () => {
  const { absent, proven } = proofsIf(() => 'untold');
  expect([absent, proven]).toEqual([[], []]);
});

test('where no second namespace may be created, its tests are left out with the reason', () => {
  const { lacking, cells } = scriptFor({ ...SCENE, there: undefined }, () => true);
  expect([...lacking.keys()]).toEqual(['namespace-selector', 'combined-selector', 'two-peers']);
  expect(cells.filter(({ from }) => from.endsWith('there'))).toEqual([]);
});

test('a pod that could not be launched leaves what it was for unknown, and nothing else', () => {
  const unlaunched = new Map([
    ['friend', 'no room'],
    ['captive-1', 'no room'],
  ]);
  const { absent, unknown } = proofsIf(() => undefined, SCRIPT, unlaunched);
  expect(absent).toEqual([]);
  expect(unknown).toEqual([
    'egress',
    'udp',
    'pod-selector',
    'namespace-selector',
    'combined-selector',
    'two-peers',
    'match-expressions',
    'ip-block',
    'except',
  ]);
});

test('where the scheduler put the pods of one direction on another node than those of the other', () => {
  const scene = { ...SCENE, nodes: [undefined] };
  const script = scriptFor(scene, (capability) => capability === 'ingress' || capability === 'egress');
  const judged = script.cells.map((cell) => ({
    cell,
    fromNode: cell.from === 'captive-0' ? 'b' : 'a',
    toNode: 'a',
    verdict: verdictOf(cell, undefined),
  }));
  expect(enforcementOf(judged)).toMatchObject({
    nodes: [
      { node: 'a', ingress: 'proven', egress: 'unknown' },
      { node: 'b', ingress: 'unknown', egress: 'proven' },
    ],
    ingress: 'proven',
    egress: 'proven',
  });
});
