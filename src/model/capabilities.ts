/** What this cluster was shown to enforce, and what a deny looks like in it. */
import type { Outcome } from '../../probes/wire.ts';

export type Proof = 'proven' | 'absent' | 'unknown';

export interface Capabilities {
  /** False if the preflight was skipped: then everything is unknown. */
  readonly tested: boolean;
  readonly ingress: Proof;
  readonly egress: Proof;
  /** Outcomes with which a denied attempt to an open port ended here; empty if unknown. */
  readonly denySignature: { readonly tcp: readonly Outcome[]; readonly udp: readonly Outcome[] };
  /** Longest time from a pod's first probe to its deny being in force. */
  readonly latencyMs?: number;
  /** In words, for the report. */
  readonly findings: readonly string[];
}

export const UNKNOWN_CAPABILITIES: Capabilities = {
  tested: false,
  ingress: 'unknown',
  egress: 'unknown',
  denySignature: { tcp: [], udp: [] },
  findings: [],
};
