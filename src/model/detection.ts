/**
 * What a cluster's API tells about who enforces policies in it: a hint, never a proof. A canary's packets decide;
 * this says where to look when they disagree.
 */

/** Parts of networking.k8s.io/v1 that engines differ in, and the cluster-wide policies of policy.networking.k8s.io. */
export const FEATURES = [
  'ingress',
  'egress',
  'except',
  'endPort',
  'sctp',
  'namedPorts',
  'adminPolicies',
] as const;
export type Feature = (typeof FEATURES)[number];

export type Support = 'yes' | 'no' | 'unknown';

export interface Detection {
  readonly enforcer: Enforcer;
  /** Several where network plugins are chained. */
  readonly engines: readonly Engine[];
  readonly meshes: readonly Mesh[];
  /** Nodes on which policies may be enforced otherwise than on the rest. */
  readonly pools: readonly NodePool[];
  /** What else the reader should know, in words. */
  readonly notes: readonly string[];
  /** What could not be read; without it the answer may be incomplete. */
  readonly unread: readonly Unread[];
}

export type Enforcer =
  | { readonly kind: 'known'; readonly names: readonly string[] }
  /** Network plugins were recognised, and none of them enforces policies as it is set up here. */
  | { readonly kind: 'none-known' }
  | { readonly kind: 'unknown'; readonly why: string };

export interface Engine {
  readonly id: string;
  readonly name: string;
  /** As the agent's image tag or the kubelet tells it, e.g. `1.15.6`. */
  readonly version?: string;
  /** `network-only` carries packets and leaves policies to others; of `unclear` ones nothing certain is known. */
  readonly role: 'enforcer' | 'network-only' | 'unclear';
  /** The facts that it was recognised by. */
  readonly evidence: readonly string[];
  readonly enforces: Readonly<Record<Feature, Support>>;
  /** What this engine, in this version, is known to do otherwise than the API says. */
  readonly weaknesses: readonly string[];
  /** Settings found in this cluster that switch enforcement off or weaken it. */
  readonly switches: readonly Switch[];
  readonly deny: {
    readonly style: 'drop' | 'reject' | 'unknown';
    readonly note?: string;
  };
  /** A new pod's traffic before its policies are programmed: open, closed, or not known. */
  readonly startUp: {
    readonly pods: 'open' | 'closed' | 'unknown';
    readonly note?: string;
  };
  /** Its agent on every node that is expected to have one; absent for an engine without agent pods, or unread. */
  readonly agents?: Agents;
}

export interface Switch {
  /** What was found, e.g. `ConfigMap kube-system/cilium-config: enable-policy = never`. */
  readonly fact: string;
  readonly effect: 'off' | 'weakens';
  readonly means: string;
  /** How to turn enforcement on. */
  readonly remedy: string;
}

/** Node names. */
export interface Agents {
  readonly ready: readonly string[];
  readonly notReady: readonly string[];
  readonly missing: readonly string[];
}

/** A service mesh: its proxies stand between a probe and what it wants to reach. */
export interface Mesh {
  readonly name: string;
  readonly evidence: readonly string[];
  /** What it does to probes. */
  readonly means: string;
  /** Namespaces whose pods join it. */
  readonly namespaces: readonly string[];
}

export interface NodePool {
  readonly what: string;
  readonly nodes: readonly string[];
  readonly means: string;
}

export interface Unread {
  /** E.g. `DaemonSets`, `ConfigMap kube-system/cilium-config`. */
  readonly what: string;
  readonly why: string;
}
