/** A detector's view of the facts: its own agents, their settings, and what switches them off. */
import type { Switch } from '../../model/detection.ts';
import type { AgentSignature, Detector, Found, Place, SwitchRule } from './detector.ts';
import type { ContainerFact, Facts, WorkloadFact } from './facts.ts';
import { imageVersion } from './version.ts';

export function isAgent(signature: AgentSignature | undefined, workload: WorkloadFact): boolean {
  if (signature === undefined || workload.kind !== 'DaemonSet') return false;
  const { names, image, container, alsoContainer, withoutContainer } = signature;
  const known =
    names.includes(workload.name) ||
    (image !== undefined && workload.containers.some((one) => image.test(one.image)));
  const has = (name: string): boolean => workload.containers.some((one) => one.name === name);
  return (
    known &&
    [container, alsoContainer].every((name) => name === undefined || has(name)) &&
    (withoutContainer === undefined || !has(withoutContainer))
  );
}

/** A detector whose agent, or other trace, is in the facts. */
export interface Recognised {
  readonly detector: Detector;
  readonly agents: readonly WorkloadFact[];
  /** Evidence beside the agents. */
  readonly traces: readonly string[];
}

export function recognise(detectors: readonly Detector[], facts: Facts): readonly Recognised[] {
  return detectors
    .map((detector) => ({
      detector,
      agents: facts.workloads.filter((workload) => isAgent(detector.agent, workload)),
      traces: detector.traces?.(facts) ?? [],
    }))
    .filter(({ agents, traces }) => agents.length + traces.length > 0);
}

export function findOf({ detector, agents }: Recognised, facts: Facts): Found {
  const controllers = facts.workloads.filter(
    ({ kind, name }) => kind === 'Deployment' && detector.controllers?.includes(name),
  );
  const containers = [...agents, ...controllers].flatMap((workload) => workload.containers);
  const value = (place: Place): string | undefined => settingOf(place, containers, facts)?.value;
  return {
    facts,
    agents,
    version: versionOf(detector.agent, agents),
    value,
    switches: (rules) => rules.flatMap((rule) => switchOf(rule, settingOf(rule.at, containers, facts))),
    container: (name) => containers.find((one) => one.name === name),
  };
}

function versionOf(
  signature: AgentSignature | undefined,
  agents: readonly WorkloadFact[],
): string | undefined {
  const containers = agents.flatMap((agent) => agent.containers);
  const main =
    containers.find(({ name }) => name === signature?.container) ??
    containers.find(({ image }) => signature?.image?.test(image)) ??
    containers[0];
  return main && imageVersion(main.image);
}

interface Setting {
  readonly where: string;
  readonly value: string;
}

function settingOf(place: Place, containers: readonly ContainerFact[], facts: Facts): Setting | undefined {
  if ('flag' in place) return flagOf(place.flag, containers);
  if ('env' in place) {
    const value = containers.map(({ env }) => ownValue(env, place.env)).find((each) => each !== undefined);
    return value === undefined ? undefined : { where: `environment ${place.env}=${value}`, value };
  }
  for (const { namespace, name, data } of facts.configMaps) {
    const value = name === place.configMap ? ownValue(data, place.key) : undefined;
    if (value !== undefined) {
      return { where: `ConfigMap ${namespace}/${name}: ${place.key} = ${oneLine(value)}`, value };
    }
  }
  return undefined;
}

/** Keys come from a cluster: `constructor` is one like any other. */
function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** `--name=value`, `--name value`, or `--name` alone for true; with one dash too, as Go's own flags allow. */
function flagOf(flag: string, containers: readonly ContainerFact[]): Setting | undefined {
  for (const { args } of containers) {
    // A shell's command line is one argument with many words.
    const words = args.flatMap((arg) => arg.split(/\s+/));
    for (const [index, word] of words.entries()) {
      const [name, value] = splitFlag(word);
      if (name !== flag) continue;
      const next = words[index + 1];
      const told = value ?? (next === undefined || next.startsWith('-') ? 'true' : next);
      return { where: `argument --${flag}=${told}`, value: told };
    }
  }
  return undefined;
}

function splitFlag(word: string): [name: string | undefined, value: string | undefined] {
  const [, name, value] = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(word) ?? [];
  return [name, value];
}

function oneLine(value: string): string {
  const [first = '', ...rest] = value.split('\n');
  return rest.length === 0 ? first : `${first} …`;
}

function switchOf({ is, effect, means, remedy }: SwitchRule, setting: Setting | undefined): Switch[] {
  if (setting === undefined || !is.test(setting.value.trim())) return [];
  return [{ fact: setting.where, effect, means, remedy }];
}
