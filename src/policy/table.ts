/**
 * Answers without reasons, for very many questions. Pods of one class get the same answer, and so do ports that the
 * same rules hold; each answer is found once and kept.
 */
import type { Direction } from '../model/capabilities.ts';
import { matchPeers } from './connection.ts';
import type { PodEnd } from './ends.ts';
import { NO, and, unsure } from './match.ts';
import type { Match } from './match.ts';
import { isNumbered, matchPorts } from './ports.ts';
import type { Wanted } from './ports.ts';
import type { Answer } from './prediction.ts';
import type { Profile, Profiler, Stage } from './profile.ts';
import { policyName } from './rules.ts';
import type { Rule } from './rules.ts';
import { walk } from './walk.ts';
import type { Asked } from './walk.ts';
import type { TransportProtocol } from './world.ts';

/** An answer as a small number: 0 is none yet, bit 1 a certain one, bit 2 allow; bit 0 tells from none. */
export type Code = number;
const FOUND = 1;
const CERTAIN = 2;
const ALLOW = 4;

const ANSWERS: readonly Answer[] = Array.from({ length: 8 }, (_, code) => ({
  verdict: (code & ALLOW) === 0 ? 'deny' : 'allow',
  certain: (code & CERTAIN) !== 0,
}));

export function answerOf(code: Code): Answer {
  return ANSWERS[code] ?? { verdict: 'deny', certain: false };
}

export function codeOf({ verdict, certain }: Answer): Code {
  return FOUND | (certain ? CERTAIN : 0) | (verdict === 'allow' ? ALLOW : 0);
}

/** Allowed if both allow; certain if both certainly do, or one certainly does not. */
export function combine(egress: Code, ingress: Code): Code {
  return isCertainDeny(egress) || isCertainDeny(ingress) ? FOUND | CERTAIN : egress & ingress;
}

/** Whatever the other direction says. */
export function isCertainDeny(code: Code): boolean {
  return code === (FOUND | CERTAIN);
}

const UNKNOWN = 255;
const PROTOCOLS: Readonly<Record<TransportProtocol, number>> = { TCP: 0, UDP: 1, SCTP: 2 };

/** A profile's rules for one port, and the answers by the peer's class. */
interface Lane {
  readonly profile: Profile;
  /** Rules by names of ports, which every peer gives its own numbers to. */
  readonly byPeer: ReadonlySet<Rule>;
  readonly wanted: Wanted;
  readonly answers: Uint8Array;
}

/** The lanes of a profile, which classes share that the same policies are about. */
interface Lanes {
  readonly profile: Profile;
  readonly byPort: Map<number, Lane>;
  readonly byRules: Map<string, Lane>;
}

export class Table {
  readonly #classes: readonly (PodEnd | undefined)[];
  readonly #profileOf: Profiler;
  readonly #lanes: Readonly<Record<Direction, (Lanes | undefined)[]>> = { egress: [], ingress: [] };
  readonly #shared = new Map<string, Lanes>();
  /** By rule and class: whether the class is one of the rule's peers. */
  readonly #peers = new Map<Rule, Uint8Array>();

  /** @param classes a pod of each class; undefined for those on their nodes' networks, which are not for here */
  constructor(classes: readonly (PodEnd | undefined)[], profileOf: Profiler) {
    this.#classes = classes;
    this.#profileOf = profileOf;
  }

  /** One direction's code for the subject's policies; subject and peer are classes. */
  code(direction: Direction, subject: number, peer: number, protocol: TransportProtocol, port: number): Code {
    const lanes = (this.#lanes[direction][subject] ??= this.#lanesOf(direction, subject));
    const key = PROTOCOLS[protocol] * 65_536 + port;
    let lane = lanes.byPort.get(key);
    if (lane === undefined) {
      lane = this.#laneOf(lanes, direction, subject, { protocol, port });
      lanes.byPort.set(key, lane);
    }
    return (lane.answers[peer] ||= this.#find(lane, peer));
  }

  #find({ profile, byPeer, wanted }: Lane, peer: number): Code {
    const outcome = walk(profile, {
      ownNode: NO,
      matches: (rule) => {
        const match = this.#matchPeers(rule, peer);
        if (match === NO || !byPeer.has(rule)) return match;
        return and(match, matchPorts(rule.ports, wanted, this.#end(peer), ignore));
      },
    });
    return codeOf(outcome);
  }

  #matchPeers(rule: Rule, peer: number): Match {
    let matches = this.#peers.get(rule);
    if (matches === undefined) {
      matches = new Uint8Array(this.#classes.length).fill(UNKNOWN);
      this.#peers.set(rule, matches);
    }
    if (matches[peer] === UNKNOWN) {
      const match = matchPeers(rule.peers, this.#end(peer), ignore);
      matches[peer] = rule.doubt === undefined ? match : unsure(match);
    }
    return matches[peer] as Match;
  }

  #lanesOf(direction: Direction, subject: number): Lanes {
    const end = this.#end(subject);
    const profile = this.#profileOf(end, direction);
    const key = `${direction} ${keyOf(profile)} ${direction === 'ingress' ? portNames(profile, end) : ''}`;
    const lanes = this.#shared.get(key) ?? { profile, byPort: new Map(), byRules: new Map() };
    this.#shared.set(key, lanes);
    return lanes;
  }

  /** Ports that hold the same rules share a lane. */
  #laneOf({ profile, byRules }: Lanes, direction: Direction, subject: number, wanted: Wanted): Lane {
    const kept = new Set<Rule>();
    const byPeer = new Set<Rule>();
    for (const rule of rulesOf(profile)) {
      const { ports } = rule;
      if (ports === 'all' || ports.some((range) => isNumbered(range, wanted))) kept.add(rule);
      else if (!ports.some(({ kind }) => kind === 'named')) continue;
      else if (direction === 'egress') byPeer.add(rule);
      else if (matchPorts(ports, wanted, this.#end(subject), ignore) !== NO) kept.add(rule);
    }
    const named = byPeer.size > 0 ? `${wanted.protocol}/${wanted.port}` : '';
    const key = `${[...kept].map(({ ref }) => ref.id).join()} ${named}`;
    const lane = byRules.get(key) ?? this.#makeLane(profile, kept, byPeer, wanted);
    byRules.set(key, lane);
    return lane;
  }

  #makeLane(whole: Profile, kept: ReadonlySet<Rule>, byPeer: ReadonlySet<Rule>, wanted: Wanted): Lane {
    const profile = filter(whole, (rule) => kept.has(rule) || byPeer.has(rule));
    const answers = new Uint8Array(this.#classes.length);
    const lane = { profile, byPeer, wanted, answers };
    // Without a rule for this port, it does not matter who the peer is.
    if (kept.size + byPeer.size === 0) answers.fill(codeOf(walk(profile, NOTHING_MATCHES)));
    return lane;
  }

  #end(number: number): PodEnd {
    const end = this.#classes[number];
    if (end === undefined) throw new Error(`no class ${number}`);
    return end;
  }
}

function keyOf({ admin, own, baseline, foreign }: Profile): string {
  const stages = [...admin, ...baseline].flatMap(({ policies }) => policies);
  const names = stages.map(({ policy, selected }) => `${policyName(policy)} ${selected}`);
  return JSON.stringify([names, own.by.map(policyName), foreign.length > 0]);
}

/** What the pod calls its ports, where a rule goes by names. */
function portNames(profile: Profile, { pod }: PodEnd): string {
  const isByName = rulesOf(profile).some(
    ({ ports }) => ports !== 'all' && ports.some(({ kind }) => kind === 'named'),
  );
  return isByName ? JSON.stringify(pod.ports) : '';
}

function rulesOf({ admin, own, baseline }: Profile): readonly Rule[] {
  const stages = [...admin, ...baseline].flatMap(({ policies }) => policies);
  return [...stages.flatMap(({ rules }) => rules), ...own.rules];
}

function filter(profile: Profile, keeps: (rule: Rule) => boolean): Profile {
  const stage = ({ policies, tie }: Stage): Stage => ({
    tie,
    policies: policies.map((policy) => ({ ...policy, rules: policy.rules.filter(keeps) })),
  });
  return {
    ...profile,
    admin: profile.admin.map(stage),
    own: { ...profile.own, rules: profile.own.rules.filter(keeps) },
    baseline: profile.baseline.map(stage),
  };
}

const NOTHING_MATCHES: Asked = { ownNode: NO, matches: () => NO };

function ignore(): void {}
