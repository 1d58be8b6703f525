/** The result as it is; docs/result.md describes it. */
import type { RunResult } from '../model/result.ts';
import { toJson } from './data.ts';

export function render(result: RunResult): string {
  return toJson(result);
}
