/** What a report format is: a pure function from the result to text. */
import type { RunResult } from '../model/result.ts';

export interface RenderOptions {
  readonly wide: boolean;
  readonly color: boolean;
  /** False where the terminal's encoding is not UTF-8: the table's own symbols are ASCII then. */
  readonly unicode: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Text, or its parts one after the other where the whole may be larger than memory should hold. */
export type Render = (result: RunResult, options: RenderOptions) => string | Iterable<string>;
