/** The answer to a question, as data: every format renders this. */
import type { AuditSource } from '../model/audit.ts';
import type { Direction } from '../model/capabilities.ts';
import type { Position } from '../model/errors.ts';
import type { Because, Doubt, Verdict } from '../policy/prediction.ts';
import type { TransportProtocol } from '../policy/world.ts';

export interface Explanation {
  readonly apiVersion: 'netproof/v1';
  readonly kind: 'Explanation';
  readonly question: string;
  readonly source: AuditSource;
  readonly from: Party;
  readonly to: Party;
  /** `mixed`: not the same for all replicas or addresses. */
  readonly verdict: Verdict | 'mixed';
  /** False if any case is not certain, or policies may not be read. */
  readonly certain: boolean;
  /** The first is the one that concerns most pairs. */
  readonly cases: readonly Case[];
  /** What else is to be known, one sentence each. */
  readonly notes: readonly string[];
}

export interface Party {
  /** `Deployment shop/web`, `Service data/db`, `203.0.113.7`. */
  readonly name: string;
  /** How many pods it stands for; absent where it is none. */
  readonly pods?: number;
}

/** Pairs of a source and a destination for which the same policies say the same. */
export interface Case {
  readonly verdict: Verdict;
  readonly certain: boolean;
  readonly doubts: readonly Doubt[];
  /** Names of pods, or addresses. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly pairs: number;
  /** Where it arrives: behind a Service, the pods' port. */
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly egress: Reason;
  readonly ingress: Reason;
}

export interface Reason {
  readonly direction: Direction;
  readonly verdict: Verdict;
  readonly certain: boolean;
  readonly because: Because['kind'];
  readonly mentions: readonly Mention[];
}

/** A policy, or a rule of it, and what it has to do with the decision. */
export interface Mention {
  readonly role:
    | 'allows'
    | 'denies'
    /** An admin rule that leaves the decision to the next tier. */
    | 'passes'
    /** Selects the pod, so that only what rules allow is allowed. */
    | 'isolates'
    /** Allows something else. */
    | 'does-not-match';
  /** `NetworkPolicy shop/web`. */
  readonly policy: string;
  /** `ingress[0]`. */
  readonly rule?: string;
  /** What it says, in plain words. */
  readonly says?: string;
  /** Of a rule that does not match: what of it does not. */
  readonly differs?: 'peers' | 'ports' | 'peers and ports';
  /** Offline: its line. */
  readonly where?: Position;
}
