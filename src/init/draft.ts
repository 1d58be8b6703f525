/** A world → a scenario that states what today's policies imply, as data. Pure. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import { NetproofError } from '../model/errors.ts';
import type { Expect, PortSpec, Target } from '../model/scenario.ts';
import type { Labels } from '../model/selector.ts';
import type { World } from '../policy/world.ts';
import { MAX_CELLS } from '../scenario/expand.ts';
import { reservedOnNamespaces } from '../scenario/labels.ts';
import { type Confirmable, confirmables } from './confirm.ts';
import { type CoverRule, coverOf } from './cover.ts';
import { type Grid, gridOf } from './grid.ts';
import { identitiesOf, type Identity } from './identities.ts';
import { Names } from './names.ts';
import { reasonFor } from './reasons.ts';
import { writtenDestinations, writtenSources, type ZoneDraft, zonesOf } from './zones.ts';

export interface DraftOptions {
  readonly world: World;
  /** Names of those to write about. */
  readonly namespaces: readonly string[];
  /** True: they are there when the scenario runs; false: the run creates them and brings their policies along. */
  readonly live: boolean;
}

export interface Draft {
  readonly namespaces: readonly NamespaceDraft[];
  readonly identities: readonly Identity[];
  readonly targets: readonly Target[];
  readonly zones: readonly ZoneDraft[];
  readonly fallback: Expect;
  readonly rules: readonly RuleDraft[];
  /** Rows that a person is to confirm before they are probed. */
  readonly toConfirm: readonly ConfirmDraft[];
  /** Of the namespaces that the run creates. */
  readonly policies: readonly V1NetworkPolicy[];
  /** What was left out, one sentence each. */
  readonly omitted: readonly string[];
  /** Pairs for which the policies are not clear. */
  readonly uncertain: number;
  /** What the rules must come to. */
  readonly grid: Grid;
}

export interface NamespaceDraft {
  readonly name: string;
  readonly create: boolean;
  readonly labels: Labels;
}

export interface RuleDraft {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly ports: readonly PortSpec[] | 'all';
  readonly expect: Expect;
  readonly reason: string;
}

export interface ConfirmDraft extends Confirmable {
  readonly rules: readonly RuleDraft[];
}

/** Throws NetproofError `target-empty` if there is nothing to write about, `usage` if it is too much. */
export function draftOf({ world, namespaces, live }: DraftOptions): Draft {
  const { identities, hostNetwork } = identitiesOf(world, new Set(namespaces), live);
  if (identities.length === 0) throw nothing(namespaces);
  const names = new Names();
  for (const { name } of identities) names.take(name);
  const all = confirmables(world, identities, live, names);
  const zones = zonesOf(identities, names);
  checkSize(identities);
  const asked = gridOf(
    identities.map((identity) => ({ ...identity, listen: [] })),
    all.map(({ target }) => target),
    world,
  );
  const clear = clearOf(asked);
  const targets = all.flatMap(({ target, there }) => (there && clear.has(target.name) ? [target] : []));
  const grid = gridOf(identities, targets, world);
  if (grid.endpoints.length === 0) throw silent(namespaces);
  const { fallback, rules } = coverOf(grid);
  const inUse = new Set(identities.map(({ namespace }) => namespace));
  return {
    namespaces: namespaceDrafts(world, inUse, live),
    identities,
    targets,
    zones,
    fallback,
    rules: rules.map((rule) => ruleDraft(rule, otherThan(fallback), grid, zones)),
    toConfirm: all
      .filter(({ target }) => !targets.includes(target))
      .map((each) => ({ ...each, rules: confirmRules(each.target, asked, zones) })),
    policies: live
      ? []
      : world.policies.filter(({ metadata }) => isCreated(metadata?.namespace ?? '', inUse)),
    omitted: omissions({ world, namespaces, live }, inUse, hostNetwork),
    uncertain: grid.answers.reduce((sum, row) => sum + row.filter(({ certain }) => !certain).length, 0),
    grid,
  };
}

function omissions(
  { world, namespaces, live }: DraftOptions,
  inUse: ReadonlySet<string>,
  hostNetwork: readonly string[],
): readonly string[] {
  const stay = world.policies.filter(({ metadata }) => {
    const namespace = metadata?.namespace ?? '';
    return inUse.has(namespace) && !isCreated(namespace, inUse);
  });
  const cannot = 'a run cannot bring it along, so it must be in the cluster already';
  return [
    ...namespaces.filter((name) => !inUse.has(name)).map((name) => `namespace ${name}: no workload in it`),
    ...hostNetwork.map((title) => `${title}: it is on its node's network, and policies do not reach there`),
    ...(live
      ? []
      : stay.map(({ metadata }) => `NetworkPolicy ${metadata?.namespace}/${metadata?.name}: ${cannot}`)),
    ...(live ? [] : world.adminPolicies.map(({ kind, metadata }) => `${kind} ${metadata.name}: ${cannot}`)),
    ...world.foreign.map(({ kind, namespace, name }) => {
      return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}: it is not evaluated`;
    }),
  ];
}

function otherThan(expect: Expect): Expect {
  return expect === 'allow' ? 'deny' : 'allow';
}

/** Targets about which the policies are certain for every source. */
function clearOf({ endpoints, answers }: Grid): ReadonlySet<string> {
  const clear = endpoints.filter((_, endpoint) => answers.every((row) => row[endpoint]?.certain === true));
  return new Set(clear.map(({ destination }) => destination));
}

function ruleDraft(
  { sources, destinations, ports, endpoints }: CoverRule,
  expect: Expect,
  grid: Grid,
  zones: readonly ZoneDraft[],
): RuleDraft {
  const listening = grid.identities.filter(({ listen }) => listen.length > 0).map(({ name }) => name);
  return {
    from: writtenSources(namesOf(sources, grid), namesOf([...grid.identities.keys()], grid), zones),
    to: writtenDestinations(destinations, listening, zones),
    ports,
    expect,
    reason: reasonFor({ sources, endpoints }, grid),
  };
}

function namesOf(sources: readonly number[], { identities }: Grid): readonly string[] {
  return sources.flatMap((source) => identities[source]?.name ?? []);
}

/** What policies mean for it today, both ways: it is to be read, and to be changed. */
function confirmRules({ name }: Target, grid: Grid, zones: readonly ZoneDraft[]): readonly RuleDraft[] {
  const endpoints = [...grid.endpoints.keys()].filter((at) => grid.endpoints[at]?.destination === name);
  const [first = 0] = endpoints;
  return (['allow', 'deny'] as const).flatMap((expect) => {
    const sources = [...grid.identities.keys()].filter((at) => grid.answers[at]?.[first]?.verdict === expect);
    if (sources.length === 0) return [];
    const rule = { sources, destinations: [name], ports: 'all' as const, endpoints };
    return [{ ...ruleDraft(rule, expect, grid, zones), to: [name] }];
  });
}

/** Neither can be created: the API server has them from the start. */
function isCreated(name: string, inUse: ReadonlySet<string>): boolean {
  return inUse.has(name) && name !== 'default' && !name.startsWith('kube-');
}

function namespaceDrafts(world: World, inUse: ReadonlySet<string>, live: boolean): readonly NamespaceDraft[] {
  return world.namespaces
    .filter(({ name }) => inUse.has(name))
    .map(({ name, labels }) => {
      const create = !live && isCreated(name, inUse);
      const own = Object.entries(labels).filter(([key]) => reservedOnNamespaces(key) === undefined);
      return { name, create, labels: create ? Object.fromEntries(own) : {} };
    });
}

function checkSize(identities: readonly Identity[]): void {
  const endpoints = identities.reduce((sum, { listen }) => sum + listen.length, 0);
  if (identities.length * endpoints <= MAX_CELLS) return;
  const what = `${identities.length} workloads with ${endpoints} ports make more than ${MAX_CELLS.toLocaleString('en-US')} pairs`;
  throw new NetproofError('usage', what, { hint: 'write several scenarios, each with its own --namespace' });
}

function nothing(namespaces: readonly string[]): NetproofError {
  const where =
    namespaces.length === 0 ? 'any namespace that is not the system’s' : `namespace ${namespaces.join(', ')}`;
  return new NetproofError('target-empty', `there is no workload in ${where}`, {
    hint: 'name a namespace that has one with --namespace',
  });
}

function silent(namespaces: readonly string[]): NetproofError {
  const what = `no workload in ${namespaces.join(', ')} has a port over 1024, so there is nothing to connect to`;
  return new NetproofError('target-empty', what, {
    hint: 'declare containerPorts, or write the scenario by hand: netproof schema helps an editor complete it',
  });
}
