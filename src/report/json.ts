/** The result as it is; docs/result.md describes it. In parts: a mesh's result is larger than a run's memory. */
import type { RunResult } from '../model/result.ts';
import { jsonParts } from './data.ts';

export function render(result: RunResult): Iterable<string> {
  return jsonParts(result);
}
