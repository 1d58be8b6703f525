/** What an audit goes by, checked and made uniform. */
import type { Direction } from '../../model/capabilities.ts';
import type { Position } from '../../model/errors.ts';
import type { Labels } from '../../model/selector.ts';

/** Namespaces by name (globs such as `shop-*`) or by labels; one match is enough. */
export interface NamespaceChoice {
  readonly namespaces: readonly string[];
  /** All labels of one entry must be there. */
  readonly labels: readonly Labels[];
}

/** What a gap in coverage does to the check. */
export type Demand = 'fail' | 'warn' | 'ignore';

export interface AuditConfig {
  readonly name: string;
  readonly critical: NamespaceChoice;
  readonly sample: { readonly size: number; readonly seed?: string };
  readonly production: NamespaceChoice;
  readonly system: readonly string[];
  readonly coverage: {
    readonly ingress: Demand;
    readonly egress: Demand;
    /** For namespaces that are the system's, in place of `fail`. */
    readonly system: Demand;
  };
  readonly defaultDeny: { readonly required: NamespaceChoice; readonly directions: readonly Direction[] };
  /** Paths from where netproof was started. */
  readonly scenarios: readonly string[];
  readonly exceptions?: string;
  readonly git?: GitChoice;
  readonly probes: ProbeChoice;
  /** The file it was read from, if there was one. */
  readonly file?: { readonly name: string; readonly digest: string; readonly at: Position };
}

export interface GitChoice {
  readonly repository: string;
  /** Folder in it that holds the manifests; empty: all of it. */
  readonly folder: string;
  /** What counts as committed. */
  readonly ref: string;
  /** Whether a commit that nobody is seen to have reviewed is a failure. */
  readonly reviews: Demand;
}

/** What a made-up scenario tries to reach, beside other namespaces. */
export interface ProbeChoice {
  readonly outside: readonly OutsideChoice[];
  readonly metadata: boolean;
  readonly apiServer: boolean;
}

export interface OutsideChoice {
  readonly host: string;
  readonly ports: readonly string[];
}

const EVERYWHERE: NamespaceChoice = { namespaces: ['*'], labels: [] };

export const DEFAULT_CONFIG: AuditConfig = {
  name: 'audit',
  critical: { namespaces: [], labels: [] },
  sample: { size: 10 },
  production: {
    namespaces: ['prod', 'production', 'prod-*', 'production-*', '*-prod', '*-production'],
    labels: ['env', 'environment', 'stage', 'tier'].flatMap((key) =>
      ['prod', 'production'].map((value) => ({ [key]: value })),
    ),
  },
  system: ['kube-*', 'openshift', 'openshift-*', 'calico-system', 'tigera-operator', 'gke-managed-*'],
  coverage: { ingress: 'fail', egress: 'fail', system: 'fail' },
  defaultDeny: { required: EVERYWHERE, directions: ['ingress', 'egress'] },
  scenarios: [],
  probes: { outside: [], metadata: true, apiServer: true },
};
