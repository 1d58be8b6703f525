/** The result as it is, for people who read YAML more easily than JSON. */
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from 'js-yaml';
import type { RunResult } from '../model/result.ts';
import { escapeJson, isUnsafe } from './escape.ts';

type StyleRule = (typeof DEFAULT_SCALAR_STYLE_RULES)[keyof typeof DEFAULT_SCALAR_STYLE_RULES];

/** YAML counts bidirectional overrides as printable; quoted, they can be escaped like all the others. */
const quoteUnsafe: StyleRule = (layout) => {
  if (isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

export function render(result: RunResult): string {
  const rules = [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteUnsafe];
  return escapeJson(dump(result, { noRefs: true, lineWidth: -1, scalarStyleRules: rules }));
}
