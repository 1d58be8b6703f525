/** The result as it is; docs/result.md describes it. */
import type { RunResult } from '../model/result.ts';
import { escapeJson } from './escape.ts';

export function render(result: RunResult): string {
  return `${escapeJson(JSON.stringify(result, null, 2))}\n`;
}
