/** What a detector of one network plugin or policy engine is: mostly data, one file and one line in the registry. */
import type { Engine, Feature, Support, Switch } from '../../model/detection.ts';
import type { ContainerFact, Facts, WorkloadFact } from './facts.ts';

export interface Detector {
  readonly id: string;
  readonly name: string;
  /** Its agent on the nodes; absent for an engine that runs outside pods. */
  readonly agent?: AgentSignature;
  /** Traces of it beside its agent, for where the agent can't be read. */
  readonly apiGroups?: readonly string[];
  /** What gives it away where it has no agent pods: the evidence, empty if there is none. */
  readonly traces?: (facts: Facts) => readonly string[];
  /** Deployments whose arguments hold its settings. */
  readonly controllers?: readonly string[];
  readonly configMaps?: readonly ConfigMapWish[];
  readonly clusterRoles?: readonly string[];
  /** Environment variables that hold its settings. */
  readonly environment?: readonly string[];
  /** Node annotations that tell of it. */
  readonly annotations?: readonly string[];
  readonly describe: (found: Found) => Description;
}

/** A DaemonSet matches by its name or by an image, and by the containers that it must and must not have. */
export interface AgentSignature {
  readonly names: readonly string[];
  readonly image?: RegExp;
  /** The one that enforces: its image tells the version. */
  readonly container?: string;
  readonly alsoContainer?: string;
  readonly withoutContainer?: string;
}

/** Read in kube-system and in the namespace of the agent. */
export interface ConfigMapWish {
  readonly name: string;
  /** No other key is kept; none: that it is there is all that it tells. */
  readonly keys: readonly string[];
}

/** Where a setting is kept. */
export type Place =
  | { readonly configMap: string; readonly key: string }
  /** An argument's name without its dashes. */
  | { readonly flag: string }
  | { readonly env: string };

/** A setting's value under which policies are not, or not fully, enforced. */
export interface SwitchRule extends Pick<Switch, 'effect' | 'means' | 'remedy'> {
  readonly at: Place;
  readonly is: RegExp;
}

export interface Found {
  readonly facts: Facts;
  /** The agents' DaemonSets; none for an engine without. */
  readonly agents: readonly WorkloadFact[];
  /** Tag of the image by which the agent was known. */
  readonly version: string | undefined;
  /** The setting's value, if it is set and could be read. */
  readonly value: (place: Place) => string | undefined;
  /** Those of the rules whose setting is found in this cluster. */
  readonly switches: (rules: readonly SwitchRule[]) => Switch[];
  readonly container: (name: string) => ContainerFact | undefined;
}

export type Enforces = Readonly<Record<Feature, Support>>;

export interface Description {
  readonly name?: string;
  readonly version?: string;
  readonly role: Engine['role'];
  readonly enforces: Enforces;
  readonly weaknesses?: readonly string[];
  readonly switches?: readonly Switch[];
  readonly deny: Engine['deny'];
  readonly startUp: Engine['startUp'];
}

const NOTHING: Enforces = {
  ingress: 'no',
  egress: 'no',
  except: 'no',
  endPort: 'no',
  sctp: 'no',
  namedPorts: 'no',
  adminPolicies: 'no',
};
const EVERYTHING: Enforces = {
  ingress: 'yes',
  egress: 'yes',
  except: 'yes',
  endPort: 'yes',
  sctp: 'yes',
  namedPorts: 'yes',
  adminPolicies: 'unknown',
};

/** All of networking.k8s.io/v1, unless told otherwise. */
export function enforcing(but: Partial<Enforces> = {}): Enforces {
  return { ...EVERYTHING, ...but };
}

/** A plugin that carries packets and leaves policies to others. */
export function networkOnly(weaknesses: readonly string[] = []): Description {
  return {
    role: 'network-only',
    enforces: NOTHING,
    weaknesses,
    deny: { style: 'unknown' },
    startUp: { pods: 'open', note: 'it enforces nothing' },
  };
}

/** Something of which nothing certain is known. */
export function unclear(note: string): Description {
  const enforces = Object.fromEntries(Object.keys(NOTHING).map((feature) => [feature, 'unknown']));
  return {
    role: 'unclear',
    enforces: enforces as Enforces,
    weaknesses: [note],
    deny: { style: 'unknown' },
    startUp: { pods: 'unknown' },
  };
}
