/** The schema is good for editors: valid in itself, described everywhere, with examples that are right. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from '@jest/globals';
import { load as loadYaml } from 'js-yaml';
import { policySchema } from '../../../src/scenario/policy-schema.ts';
import { scenarioSchema } from '../../../src/scenario/schema.ts';
import { DEFAULTS } from '../../../src/scenario/defaults.ts';
import { GOOD } from './memory.ts';

type Json = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every schema in the schema that has examples, with its place. */
function withExamples(schema: unknown, path = ''): [string, Json][] {
  if (Array.isArray(schema)) return schema.flatMap((each, n) => withExamples(each, `${path}/${n}`));
  if (!isMap(schema)) return [];
  const below = Object.entries(schema).flatMap(([key, each]) =>
    key === 'examples' || key === 'default' ? [] : withExamples(each, `${path}/${key}`),
  );
  return 'examples' in schema ? [[path, schema], ...below] : below;
}

/** Every field that an editor can complete, with its place. */
function fields(schema: unknown, path = ''): [string, Json][] {
  if (Array.isArray(schema)) return schema.flatMap((each, n) => fields(each, `${path}/${n}`));
  if (!isMap(schema)) return [];
  const own = isMap(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    ...own.flatMap(([name, each]): [string, Json][] => (isMap(each) ? [[`${path}/${name}`, each]] : [])),
    ...Object.entries(schema).flatMap(([key, each]) => fields(each, `${path}/${key}`)),
  ];
}

const ajv = () => {
  const made = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  made.addVocabulary(['patternErrorMessage', 'errorMessage']);
  return made;
};

describe('the schema', () => {
  test('is valid JSON Schema 2020-12, and stays it as JSON', () => {
    const printed: unknown = JSON.parse(JSON.stringify(scenarioSchema));
    expect(printed).toEqual(scenarioSchema);
    expect(ajv().validateSchema(scenarioSchema)).toBe(true);
    expect(ajv().validateSchema(policySchema)).toBe(true);
  });

  test('describes every field', () => {
    const found = fields(scenarioSchema);
    expect(found.length).toBeGreaterThan(50);
    expect(
      found.filter(([, schema]) => typeof schema['description'] !== 'string').map(([path]) => path),
    ).toEqual([]);
  });

  test('has examples that fit', () => {
    const found = withExamples(scenarioSchema);
    expect(found.length).toBeGreaterThan(15);
    for (const [path, schema] of found) {
      const validate = ajv().compile(schema);
      for (const example of schema['examples'] as unknown[]) {
        expect({ path, example, fits: validate(example) }).toEqual({ path, example, fits: true });
      }
    }
  });

  test('accepts a right scenario and its own defaults', () => {
    const validate = ajv().compile(scenarioSchema);
    const good = loadYaml(GOOD) as Json;
    const { attempt, pods } = DEFAULTS;
    expect(validate({ ...good, attempt, pods })).toBe(true);
    expect(validate({ ...good, surplus: 1 })).toBe(false);
  });
});
