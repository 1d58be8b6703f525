/** The YAML form, after the schema has accepted it. */
import type { Expect } from '../model/scenario.ts';
import type { Labels } from '../model/selector.ts';

export interface ScenarioDocument {
  readonly metadata: { readonly name: string; readonly description?: string };
  readonly namespaces: Readonly<Record<string, NamespaceEntry | null>>;
  readonly workloads: Readonly<Record<string, WorkloadEntry>>;
  readonly targets?: Readonly<Record<string, TargetEntry>>;
  readonly zones?: Readonly<Record<string, readonly string[]>>;
  readonly policies?: readonly string[];
  readonly expect: { readonly default: Expect; readonly rules?: readonly RuleEntry[] };
  readonly attempt?: AttemptEntry;
  readonly pods?: PodsEntry;
}

export interface NamespaceEntry {
  readonly create?: boolean;
  readonly labels?: Labels;
}

export interface WorkloadEntry {
  readonly namespace: string;
  readonly labels?: Labels;
  readonly listen?: readonly string[];
  readonly portNames?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly node?: string;
  readonly sameNodeAs?: string;
  readonly differentNodeFrom?: string;
  readonly like?: string;
}

/** One of `service`, `pods`, `host` and `dns` is there. */
export interface TargetEntry {
  readonly service?: string;
  readonly via?: 'clusterIP' | 'endpoints' | 'name';
  readonly pods?: { readonly namespace: string; readonly selector: Labels; readonly limit?: number };
  readonly host?: string;
  readonly dns?: string;
  readonly resolver?: string;
  readonly port?: number;
  readonly ports?: readonly string[];
  readonly path?: string;
}

export interface LongRule {
  readonly from: string | readonly string[];
  readonly to: string | readonly string[];
  readonly ports: string | readonly string[];
  readonly expect: Expect;
  readonly status?: number;
  readonly reason?: string;
}

/** One key such as `web -> api`, with its ports. */
export type ShortRule = Readonly<Record<string, string | readonly string[]>>;

export type RuleEntry = LongRule | ShortRule;

export interface AttemptEntry {
  readonly timeout?: string;
  readonly attempts?: number;
  readonly stableRounds?: number;
  readonly settleBudget?: string;
  readonly concurrency?: number;
  readonly rate?: number;
}

export interface PodsEntry {
  readonly image?: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets?: readonly string[];
  readonly controlNamespace?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly startTimeout?: string;
}
