/** The result as it is, for people who read YAML more easily than JSON. */
import type { RunResult } from '../model/result.ts';
import { toYaml } from './data.ts';

export function render(result: RunResult): string {
  return toYaml(result);
}
