/** The intended matrix: complete and without contradiction. */
import type { Position } from './errors.ts';
import type { Expect, PortSpec } from './scenario.ts';

/** A workload or target with one protocol and port. */
export interface Endpoint {
  /** `name:protocol/port`, unique in a matrix. */
  readonly id: string;
  /** Name of the workload or target. */
  readonly destination: string;
  readonly port: PortSpec;
}

/** One ordered pair (source, endpoint) with exactly one expectation. */
export interface Cell {
  readonly source: string;
  readonly endpoint: Endpoint;
  readonly expect: Expect;
  readonly status?: number;
  readonly reason?: string;
  /** The rule that decides, or the `default` line. */
  readonly origin: Position;
}

export interface Matrix {
  readonly sources: readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** sources × endpoints, row by row. */
  readonly cells: readonly Cell[];
}
