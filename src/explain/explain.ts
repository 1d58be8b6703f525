/** A question over a snapshot → what policies say to it, and why. Pure. */
import { compile, type Evaluator } from '../policy/evaluator.ts';
import type { Flow, Prediction } from '../policy/prediction.ts';
import type { PolicyPod, World } from '../policy/world.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Case, Explanation, Party } from './explanation.ts';
import { type FromMember, type Member, fromMembers, grouped, type ToMember, toMembers } from './members.ts';
import { notesOn } from './notes.ts';
import { type Found, lookUp } from './party.ts';
import type { Question } from './question.ts';
import { rangeTexts } from './ranges.ts';
import { reasonOf } from './reasons.ts';
import { type Sources, sourcesIn } from './sources.ts';

export interface ExplainOptions {
  readonly snapshot: Snapshot;
  /** Made from it. */
  readonly world: World;
  /** Of names without one. */
  readonly namespace: string;
}

/** Throws NetproofError `usage` or `target-empty` for what is not there, naming what is. */
export function explain(question: Question, { snapshot, world, namespace }: ExplainOptions): Explanation {
  const [from, to] = [
    lookUp(question.from, 'from', { world, namespace }),
    lookUp(question.to, 'to', { world, namespace }),
  ];
  const twin = twinOf(from, to);
  const whole = twin === undefined ? world : { ...world, pods: [...world.pods, twin] };
  const destination = twin === undefined || to.kind !== 'pods' ? to : { ...to, pods: [twin] };
  const arrivals = toMembers(destination, question.port, whole);
  const cases = casesOf(fromMembers(from, whole), arrivals.members, compile(whole), sourcesIn(snapshot));
  const verdicts = new Set(cases.map(({ verdict }) => verdict));
  const notes = [...arrivals.notes, ...notesOn(snapshot, cases), ...(twin === undefined ? [] : [TWIN_NOTE])];
  return {
    apiVersion: 'netproof/v1',
    kind: 'Explanation',
    question: question.text,
    source: snapshot.source,
    from: partyOf(from),
    to: partyOf(to),
    verdict: verdicts.size > 1 ? 'mixed' : (cases[0]?.verdict ?? 'deny'),
    certain: cases.every(({ certain }) => certain) && snapshot.unread.every(({ what }) => !isPolicies(what)),
    cases,
    notes,
  };
}

const TWIN_NOTE = 'there is one pod, and another like it is asked about: a pod always reaches itself';

/** A workload to itself means one replica to another; where there is but one, another is thought up. */
function twinOf(from: Found, to: Found): PolicyPod | undefined {
  if (from.kind !== 'pods' || to.kind !== 'pods' || from.type === 'Pod') return undefined;
  const [pod] = from.pods;
  if (pod === undefined || from.pods.length > 1 || to.pods.length > 1 || to.pods[0] !== pod) return undefined;
  return { ...pod, name: `${pod.name} (another)`, ips: [] };
}

/** Of resources that may not be read, those are policies. */
export function isPolicies(what: string): boolean {
  return /polic(y|ies)|egressfirewall/.test(what);
}

interface Tally {
  readonly flow: Flow;
  readonly prediction: Prediction;
  readonly from: FromMember[];
  readonly to: ToMember[];
  pairs: number;
}

function casesOf(
  from: readonly FromMember[],
  to: readonly ToMember[],
  evaluator: Evaluator,
  sources: Sources,
): readonly Case[] {
  const found = new Map<string, Tally>();
  const [sourceGroups, destinationGroups] = [grouped(from, to, evaluator), grouped(to, from, evaluator)];
  for (const sourceGroup of sourceGroups) {
    for (const destinationGroup of destinationGroups) {
      const pair = distinctPair(sourceGroup, destinationGroup);
      if (pair === undefined) continue;
      const [a, b] = pair;
      // Nobody asks about one of several pods and itself.
      if (isSame(a, b) && (from.length > 1 || to.length > 1)) continue;
      const flow: Flow = { from: a.party, to: b.party, protocol: b.protocol, port: b.port };
      const prediction = evaluator.decide(flow);
      const key = keyOf(prediction, flow);
      const known = found.get(key) ?? { flow, prediction, from: [], to: [], pairs: 0 };
      known.from.push(...sourceGroup);
      known.to.push(...destinationGroup);
      known.pairs += sourceGroup.length * destinationGroup.length;
      found.set(key, known);
    }
  }
  return [...found.values()]
    .toSorted((a, b) => b.pairs - a.pairs)
    .map((each) => caseOf(each, evaluator, sources));
}

/** One of each that are not the same pod; the same pod only where there is nothing else in either group. */
function distinctPair(
  sources: readonly FromMember[],
  destinations: readonly ToMember[],
): readonly [FromMember, ToMember] | undefined {
  const [a] = sources;
  if (a === undefined) return undefined;
  const other = destinations.find((each) => !isSame(a, each));
  if (other !== undefined) return [a, other];
  const [b] = destinations;
  if (b === undefined) return undefined;
  const another = sources.find((each) => !isSame(each, b));
  return [another ?? a, b];
}

function isSame(a: Member, b: Member): boolean {
  return 'pod' in a.party && 'pod' in b.party && a.party.pod === b.party.pod;
}

/** What is equal reads the same but for the names of pods. */
function keyOf({ verdict, certain, doubts, egress, ingress }: Prediction, { protocol, port }: Flow): string {
  const kinds = [...new Set(doubts.map(({ kind }) => kind))].toSorted();
  const decisions = [egress, ingress].map(({ because, passed }) => [because, passed]);
  return JSON.stringify([verdict, certain, kinds, decisions, protocol, port]);
}

function caseOf({ flow, prediction, from, to, pairs }: Tally, evaluator: Evaluator, sources: Sources): Case {
  const { verdict, certain, doubts, egress, ingress } = prediction;
  return {
    verdict,
    certain,
    doubts,
    from: labelsOf(from),
    to: labelsOf(to),
    pairs,
    protocol: flow.protocol,
    port: flow.port,
    egress: reasonOf(egress, () => evaluator.misses(flow, 'egress'), sources),
    ingress: reasonOf(ingress, () => evaluator.misses(flow, 'ingress'), sources),
  };
}

function labelsOf(members: readonly Member[]): readonly string[] {
  const all = [...new Set(members)];
  const ranges = all.flatMap(({ range }) => range ?? []);
  return ranges.length > 0 ? rangeTexts(ranges) : [...new Set(all.map(({ label }) => label))].toSorted();
}

function partyOf(found: Found): Party {
  switch (found.kind) {
    case 'pods':
      return { name: `${found.type} ${found.namespace}/${found.name}`, pods: found.pods.length };
    case 'service':
      return { name: `Service ${found.service.namespace}/${found.service.name}` };
    case 'address':
      return { name: found.address };
    case 'block':
      return { name: found.cidr };
  }
}
