/** What was read for predictions, and what was not. */
import type { V1EndpointSlice } from '../cluster/types.ts';
import type { Manifest } from '../policy/manifest.ts';

/** Something that could not be read, or was changed meanwhile, and what of the predictions hangs on it. */
export interface Gap {
  /** Only for probes with an end in that namespace; absent: for all. */
  readonly namespace?: string;
  /** Only for probes to that address. */
  readonly address?: string;
  /** `unknown`: nothing can be said without it. `doubt`: what is said is only likely. */
  readonly effect: 'unknown' | 'doubt';
  /** A sentence without its full stop. */
  readonly why: string;
}

export interface PoliciesRead {
  readonly policies: readonly Manifest[];
  readonly gaps: readonly Gap[];
}

/** What is in force before a run creates anything. */
export interface Standing extends PoliciesRead {
  /** Namespaces with their labels. */
  readonly spaces: readonly Manifest[];
}

/** The world that probes meet, apart from the launched pods. */
export interface Reading extends PoliciesRead {
  /** Whose policies were read. */
  readonly namespaces: readonly string[];
  /** Namespaces, nodes, and targets' pods and Services. */
  readonly objects: readonly Manifest[];
  readonly slices: readonly V1EndpointSlice[];
}
