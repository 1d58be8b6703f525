/** A document as JSON or YAML that reads back exactly, without a character that a terminal would act on. */
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from 'js-yaml';
import { escapeJson, isUnsafe } from './escape.ts';

type StyleRule = (typeof DEFAULT_SCALAR_STYLE_RULES)[keyof typeof DEFAULT_SCALAR_STYLE_RULES];

/** YAML counts bidirectional overrides as printable; quoted, they can be escaped like all the others. */
const quoteUnsafe: StyleRule = (layout) => {
  if (isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

export function toJson(document: object): string {
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

export function toYaml(document: object): string {
  const rules = [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteUnsafe];
  return escapeJson(dump(document, { noRefs: true, lineWidth: -1, scalarStyleRules: rules }));
}
