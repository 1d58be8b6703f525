/** From facts to who enforces policies in a cluster; pure. Unknown is an answer, and no answer replaces a test. */
import type { Detection, Enforcer, Engine } from '../../model/detection.ts';
import { agentsOnNodes } from './agents.ts';
import type { Detector, Found } from './detector.ts';
import type { Facts, WorkloadFact } from './facts.ts';
import { findOf, isAgent, type Recognised, recognise } from './found.ts';
import { isMeshPlugin, meshesOf, servesGroup } from './meshes.ts';
import { poolsOf } from './pools.ts';
import { DETECTORS } from './registry.ts';

/** Never throws, whatever a cluster says. */
export function detect(facts: Facts): Detection {
  const engines = recognise(DETECTORS, facts).map((recognised) => engineOf(recognised, facts));
  const strangers = unknownPlugins(facts);
  return {
    enforcer: enforcerOf(engines, strangers, facts),
    engines,
    meshes: meshesOf(facts),
    pools: poolsOf(facts.nodes),
    notes: [
      ...strangers.map((stranger) => `${stranger}, which netproof does not know`),
      ...leftovers(engines, facts),
      ...several(engines),
      ...adminPolicies(facts),
    ],
    unread: facts.unread,
  };
}

function engineOf(recognised: Recognised, facts: Facts): Engine {
  const { detector, traces } = recognised;
  const found = findOf(recognised, facts);
  const told = detector.describe(found);
  const version = told.version ?? found.version;
  const agents = agentsOnNodes(found.agents, facts);
  return {
    id: detector.id,
    name: told.name ?? detector.name,
    ...(version === undefined ? {} : { version }),
    role: told.role,
    evidence: [...traces, ...evidenceOf(detector, found)],
    enforces: told.enforces,
    weaknesses: told.weaknesses ?? [],
    switches: told.switches ?? [],
    deny: told.deny,
    startUp: told.startUp,
    ...(agents === undefined ? {} : { agents }),
  };
}

function evidenceOf(detector: Detector, { agents, facts }: Found): string[] {
  const configMaps = facts.configMaps.filter((one) =>
    detector.configMaps?.some((wish) => wish.name === one.name),
  );
  return [
    ...agents.map(agentWords),
    ...(detector.apiGroups ?? [])
      .filter((group) => servesGroup(facts, group))
      .map((group) => `API group ${group}`),
    ...configMaps.map(({ namespace, name }) => `ConfigMap ${namespace}/${name}`),
    ...(detector.annotations ?? [])
      .filter((key) => facts.nodes.some(({ annotations }) => Object.hasOwn(annotations, key)))
      .map((key) => `node annotation ${key}`),
  ];
}

function agentWords({ namespace, name, containers }: WorkloadFact): string {
  return `DaemonSet ${namespace}/${name} (${containers.map(({ image }) => image).join(', ')})`;
}

function enforcerOf(engines: readonly Engine[], strangers: readonly string[], facts: Facts): Enforcer {
  const enforcing = engines.filter(enforces);
  if (enforcing.length > 0) return { kind: 'known', names: enforcing.map(({ name }) => name) };
  const unclear = engines.find(({ role }) => role === 'unclear');
  if (unclear !== undefined) {
    return { kind: 'unknown', why: `${unclear.name}: ${unclear.weaknesses[0] ?? 'not known'}` };
  }
  const [stranger] = strangers;
  if (stranger !== undefined) return { kind: 'unknown', why: `${stranger}, which netproof does not know` };
  if (!facts.allDaemonSets) {
    return { kind: 'unknown', why: 'not all DaemonSets could be read, so an engine may have been missed' };
  }
  if (engines.length === 0) return { kind: 'unknown', why: 'no network plugin was recognised' };
  return { kind: 'none-known' };
}

function enforces({ role, switches }: Engine): boolean {
  return role === 'enforcer' && !switches.some(({ effect }) => effect === 'off');
}

/** DaemonSets that install a network plugin that no detector knows. */
function unknownPlugins({ workloads }: Facts): string[] {
  return workloads
    .filter((workload) => workload.installsCni && !isMeshPlugin(workload.name))
    .filter((workload) => !DETECTORS.some(({ agent }) => isAgent(agent, workload)))
    .map(({ namespace, name }) => `DaemonSet ${namespace}/${name} installs a network plugin`);
}

/** API groups outlive the engine that brought them, and show one whose agent can't be read. */
function leftovers(engines: readonly Engine[], facts: Facts): string[] {
  const present = new Set(engines.map(({ id }) => id));
  const explained = new Set(
    DETECTORS.filter(({ id }) => present.has(id)).flatMap(({ apiGroups }) => apiGroups ?? []),
  );
  const owners = DETECTORS.flatMap(({ name, apiGroups }) =>
    (apiGroups ?? []).map((group) => [group, name] as const),
  );
  // The first detector that names a group has it.
  return [...new Map(owners.toReversed())]
    .filter(([group]) => !explained.has(group) && servesGroup(facts, group))
    .map(
      ([group, name]) =>
        `API group ${group} is served, but no agent of ${name} was seen: ${
          facts.allDaemonSets
            ? 'left over from an earlier installation'
            : 'it could not be looked for everywhere'
        }`,
    );
}

function several(engines: readonly Engine[]): string[] {
  const names = engines.filter(enforces).map(({ name }) => name);
  return names.length < 2
    ? []
    : [`${names.join(' and ')} both enforce policies: what one denies, the other can't allow`];
}

/** Served is not enforced, but whoever reads a surprising verdict should look there. */
function adminPolicies(facts: Facts): string[] {
  const served = facts.apis.filter((api) => api.startsWith('policy.networking.k8s.io/'));
  return served.length === 0
    ? []
    : [`${served.join(', ')} is served: cluster-wide policies, where enforced, rank above NetworkPolicies`];
}
