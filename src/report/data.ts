/** A document as JSON or YAML that reads back exactly, without a character that a terminal would act on. */
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from 'js-yaml';
import { escapeJson, isUnsafe } from './escape.ts';

type StyleRule = (typeof DEFAULT_SCALAR_STYLE_RULES)[keyof typeof DEFAULT_SCALAR_STYLE_RULES];

/** YAML counts bidirectional overrides as printable; quoted, they can be escaped like all the others. */
const quoteUnsafe: StyleRule = (layout) => {
  if (isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

export function toJson(document: object): string {
  return [...jsonParts(document)].join('');
}

/** JSON in parts: objects a field a line, as JSON.stringify indents; a list an element a line, however large. */
export function* jsonParts(document: object): Generator<string> {
  yield* objectParts(document, '');
  yield '\n';
}

function* objectParts(object: object, indent: string): Generator<string> {
  const inner = `${indent}  `;
  const fields = Object.entries(object).filter(([, value]) => value !== undefined);
  if (fields.length === 0) {
    yield '{}';
    return;
  }
  for (const [index, [key, value]] of fields.entries()) {
    yield `${index === 0 ? '{' : ','}\n${inner}${escapeJson(JSON.stringify(key))}: `;
    yield* valueParts(value, inner);
  }
  yield `\n${indent}}`;
}

function* valueParts(value: unknown, indent: string): Generator<string> {
  if (Array.isArray(value) && value.some((element) => typeof element === 'object')) {
    for (const [index, element] of value.entries()) {
      yield `${index === 0 ? '[' : ','}\n${indent}  ${escapeJson(JSON.stringify(element))}`;
    }
    yield `\n${indent}]`;
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    yield* objectParts(value, indent);
  } else {
    yield escapeJson(JSON.stringify(value));
  }
}

export function toYaml(document: object): string {
  const rules = [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteUnsafe];
  return escapeJson(dump(document, { noRefs: true, lineWidth: -1, scalarStyleRules: rules }));
}
