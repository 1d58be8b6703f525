/** What this cluster was shown to enforce, and what a deny looks like in it. */
import type { Outcome } from '../../probes/wire.ts';

/** Of a policy's rules, seen from the pod that it selects. */
export type Direction = 'ingress' | 'egress';

export type Proof = 'proven' | 'absent' | 'unknown';

/** What the canary proves one by one, in the order in which it is told. */
export const CAPABILITIES = [
  'ingress',
  'egress',
  'default-deny',
  'same-node',
  'cross-node',
  'pod-selector',
  'namespace-selector',
  'combined-selector',
  'two-peers',
  'match-expressions',
  'ip-block',
  'except',
  'port',
  'named-port',
  'end-port',
  'udp',
  'service',
  'removal',
  'new-pod',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface CapabilityProof {
  readonly capability: Capability;
  readonly proof: Proof;
  /** What was seen, or why nothing could be. */
  readonly because: string;
  /** Nodes on which it was shown to be absent, though others have it. */
  readonly absentOn?: readonly string[];
}

/** Enforcement on one node: ingress of its pods, egress of its pods. */
export interface NodeProof {
  readonly node: string;
  readonly ingress: Proof;
  readonly egress: Proof;
}

/** Something about the world around the policies that a reader of verdicts should know. */
export interface Condition {
  readonly name: 'intercepted' | 'dns-dead' | 'lossy' | 'slow-network' | 'slow-programming';
  readonly message: string;
}

/** Milliseconds. */
export interface Spread {
  readonly median: number;
  readonly max: number;
  readonly samples: number;
}

export interface Measures {
  /** From a policy's creation to the last attempt that still got through. */
  readonly apply?: Spread;
  /** From a policy's deletion to the first attempt that gets through again. */
  readonly remove?: Spread;
  /** What became of a connection that was open when a policy came; both are allowed. */
  readonly established?: 'kept' | 'cut';
  /** How long a new pod was open though a policy selected it, from its first attempt. */
  readonly newPodOpenMs?: number;
}

export interface Capabilities {
  /** False if the preflight was skipped: then everything is unknown. */
  readonly tested: boolean;
  readonly ingress: Proof;
  readonly egress: Proof;
  /** Outcomes with which a denied attempt to an open port ended here; empty if unknown. */
  readonly denySignature: { readonly tcp: readonly Outcome[]; readonly udp: readonly Outcome[] };
  /** Longest time from a pod's first probe to what is denied and allowed being in force for it. */
  readonly latencyMs?: number;
  /** One per capability that was tested. */
  readonly proofs: readonly CapabilityProof[];
  readonly nodes: readonly NodeProof[];
  readonly conditions: readonly Condition[];
  readonly measures: Measures;
  /** In words, for the report: what is absent, and what the reader should know. */
  readonly findings: readonly string[];
}

export const UNKNOWN_CAPABILITIES: Capabilities = {
  tested: false,
  ingress: 'unknown',
  egress: 'unknown',
  denySignature: { tcp: [], udp: [] },
  proofs: [],
  nodes: [],
  conditions: [],
  measures: {},
  findings: [],
};
