/** What a probe's record amounts to. */

export type VerdictKind = 'pass' | 'fail' | 'inconclusive';

export type PassCause =
  /** Deny: nothing arrived although it would have. */
  | 'dropped'
  /** Deny: refused by the policy engine, the port being open. */
  | 'rejected'
  /** Allow: the nonce came back, or an existing target answered. */
  | 'reached';

export type FailCause =
  /** Deny: the packet arrived and an answer came back. */
  | 'leak'
  /** Deny: the listener saw the nonce, though the client got no answer. */
  | 'leak-one-way'
  /** Allow: no packet got through. */
  | 'blocked'
  /** Allow: the listener saw the nonce, but its answer never came back. */
  | 'reply-lost'
  /** Allow: answered, with another status than the scenario asks for. */
  | 'wrong-status';

export type InconclusiveCause =
  | 'closed-port'
  | 'intercepted'
  | 'listener-dead'
  | 'source-mute'
  | 'path-dead'
  | 'never-reachable'
  | 'unresolved'
  | 'tls-failed'
  | 'starved'
  | 'unsettled'
  | 'source-fault'
  | 'probe-lost';

export type Cause = PassCause | FailCause | InconclusiveCause;

/** What showed that the packet would otherwise have arrived. */
export interface ControlFacts {
  /** Listener: `reached` by another source on that port, or by its own dial to the pod's address (`self`). */
  readonly listener?: 'reached' | 'self' | 'control' | 'other-source' | 'none';
  /** Source: it got an answer from elsewhere (`spoke`), or the kubelet reached it (`kubelet`). */
  readonly source?: 'spoke' | 'kubelet' | 'none';
  /** Between the two nodes: some packet arrived in the same window. */
  readonly path?: 'reached' | 'none';
}

export type DiagnosisKind =
  /** Policies and packets agree with each other, against the intent: only the owner knows which has to change. */
  | 'policy-or-intent'
  /** Packets disagree with the policies, which say what was intended. */
  | 'enforcement'
  /** The policies are against the intent, and packets don't do what they say either. */
  | 'both'
  /** What stood in the way was neither. */
  | 'environment'
  /** A pass: packets do what was intended, although the policies say otherwise. */
  | 'right-by-accident'
  /** What the policies say is not known well enough. */
  | 'unknown';

/** Where a mismatch comes from. It explains a verdict and never changes one. */
export interface Diagnosis {
  readonly kind: DiagnosisKind;
  /** One sentence without its full stop, with the deciding rules and the expectation's line in it. */
  readonly because: string;
}

interface VerdictBase {
  /** Index into the record's probes. */
  readonly probe: number;
  /** One sentence for a person: what was seen and why it counts as it does. */
  readonly because: string;
  /** Attempts disagreed after settling. */
  readonly flaky: boolean;
  readonly controls: ControlFacts;
  /** Absent where intent, policies and packets agree. */
  readonly diagnosis?: Diagnosis;
}

export type Verdict = VerdictBase &
  (
    | { readonly verdict: 'pass'; readonly cause: PassCause }
    | { readonly verdict: 'fail'; readonly cause: FailCause }
    | { readonly verdict: 'inconclusive'; readonly cause: InconclusiveCause }
  );
