/** What the names in a rule stand for. */
import type { Scenario } from '../model/scenario.ts';
import { matchesGlob } from './glob.ts';
import { didYouMean, quote } from './words.ts';

export type Side = 'from' | 'to';

/** Every name that a rule can use. */
export interface Directory {
  /** Workloads. */
  readonly from: ReadonlySet<string>;
  /** Workloads with `listen`, and targets. */
  readonly to: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
  readonly zones: ReadonlyMap<string, readonly string[]>;
  /** Names of things that are wrong in themselves, of which nothing else can be said. */
  readonly broken: ReadonlySet<string>;
}

export interface TokenProblem {
  /** Index in the list of tokens; absent if the list as a whole is wrong. */
  readonly index?: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface Selection {
  /** In the directory's order. */
  readonly names: readonly string[];
  /** Those that are mentioned by their own name. */
  readonly literal: ReadonlySet<string>;
  readonly problems: readonly TokenProblem[];
  /** True if something broken is among them: whether they are complete can't be said. */
  readonly vague: boolean;
}

export function directoryOf(scenario: Scenario, broken: ReadonlySet<string> = new Set()): Directory {
  const targets = scenario.targets.map((target) => target.name);
  const listening = scenario.workloads.filter((workload) => workload.listen.length > 0);
  return {
    from: new Set(scenario.workloads.map((workload) => workload.name)),
    to: new Set([...listening.map((workload) => workload.name), ...targets]),
    targets: new Set(targets),
    zones: new Map(scenario.zones.map((zone) => [zone.name, zone.members])),
    broken,
  };
}

/** Names on one side of a rule: each token adds, `!token` takes away, in whatever order they stand. */
export function select(tokens: readonly string[], side: Side, directory: Directory): Selection {
  const chosen = new Set<string>();
  const removed = new Set<string>();
  const literal = new Set<string>();
  const problems: TokenProblem[] = [];
  let vague = false;
  for (const [index, token] of tokens.entries()) {
    const minus = token.startsWith('!');
    const match = matchToken(minus ? token.slice(1).trim() : token, side, minus, directory);
    if (match.problem !== undefined) problems.push({ index, ...match.problem });
    if (match.literal && !minus) for (const name of match.names) literal.add(name);
    for (const name of match.names) (minus ? removed : chosen).add(name);
    vague ||= match.vague;
  }
  const names = [...directory[side]].filter((name) => chosen.has(name) && !removed.has(name));
  if (names.length === 0 && problems.length === 0 && !vague) problems.push(nothingLeft(tokens));
  return { names, literal, problems, vague: vague || problems.length > 0 };
}

function nothingLeft(tokens: readonly string[]): TokenProblem {
  const list = quote(tokens.join(', '));
  return tokens.every((token) => token.startsWith('!'))
    ? {
        message: `${list} only takes away`,
        hint: `begin with what it is taken from, as in "*, ${tokens[0]}"`,
      }
    : { message: `${list} matches nothing: everything in it is taken away again` };
}

interface Match {
  readonly names: readonly string[];
  readonly literal: boolean;
  readonly vague: boolean;
  readonly problem?: { readonly message: string; readonly hint?: string | undefined };
}

const nobody = (message: string, hint?: string): Match => ({
  names: [],
  literal: false,
  vague: false,
  problem: { message, hint },
});

function matchToken(token: string, side: Side, minus: boolean, directory: Directory): Match {
  if (token.includes('*')) return matchPattern(token, side, directory);
  const members = directory.zones.get(token);
  if (members !== undefined) return matchZone(token, members, side, directory);
  if (directory.broken.has(token)) return { names: [], literal: true, vague: true };
  if (directory[side].has(token)) return { names: [token], literal: true, vague: false };
  // To take away what could not be meant anyway changes nothing.
  if (minus && (directory.from.has(token) || directory.targets.has(token))) {
    return { names: [], literal: true, vague: false };
  }
  return misnamed(token, side, directory);
}

function matchPattern(pattern: string, side: Side, directory: Directory): Match {
  const names = [...directory[side]].filter((name) => matchesGlob(pattern, name));
  const vague = [...directory.broken].some((name) => matchesGlob(pattern, name));
  if (names.length > 0 || vague) return { names, literal: false, vague };
  const what = side === 'from' ? 'workload' : 'workload with listen and no target';
  return nobody(`${quote(pattern)} matches no ${what}`);
}

function matchZone(zone: string, members: readonly string[], side: Side, directory: Directory): Match {
  const names = members.filter((member) => directory[side].has(member));
  const vague = members.some((member) => directory.broken.has(member)) || directory.broken.has(zone);
  if (names.length > 0 || vague) return { names, literal: false, vague };
  return nobody(
    side === 'from'
      ? `zone ${quote(zone)} has no workload, so nothing in it can be a source`
      : `nothing in zone ${quote(zone)} listens`,
  );
}

function misnamed(token: string, side: Side, directory: Directory): Match {
  if (token === '') return nobody('a name is missing here');
  if (directory.targets.has(token)) {
    return nobody(`${quote(token)} is a target: only workloads can be sources`);
  }
  if (directory.from.has(token)) {
    return nobody(
      `${quote(token)} listens on nothing, so nothing can connect to it`,
      'give it a port, as in listen: [tcp/8080]',
    );
  }
  const known = new Set([...directory[side], ...directory.zones.keys(), ...directory.broken]);
  return nobody(`unknown name ${quote(token)}`, didYouMean(token, [...known]));
}
