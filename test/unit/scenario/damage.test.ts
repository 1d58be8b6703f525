/** Whatever a file holds, loading it ends in a scenario or in issues with places in it; never in anything else. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dump, load as loadYaml } from 'js-yaml';
import type { Issue } from '../../../src/model/errors.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import { GOOD, load } from './memory.ts';

async function issuesOf(content: string | Uint8Array): Promise<readonly Issue[]> {
  try {
    await load(content);
    return [];
  } catch (error) {
    if (error instanceof NetproofError && error.code === 'scenario-invalid') return error.issues;
    throw error;
  }
}

/** Every issue stands somewhere in the text, and says something. */
function expectPlaces(issues: readonly Issue[], text: string): void {
  const lines = text.split(/\r\n|\r|\n/);
  for (const { message, position } of issues) {
    expect(message).not.toMatch(/undefined|NaN|\[object/);
    if (position === undefined || position.file !== 'scenario.yaml') continue;
    const line = lines[position.line - 1];
    expect(line).toBeDefined();
    expect(position.column).toBeGreaterThanOrEqual(1);
    expect(position.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const surprises: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    [],
    {},
    true,
    -1,
    1e21,
    '',
    '*',
    '!',
    'web',
    'all',
    'tcp/8080',
    'a -> b',
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
);

/** The document with one value replaced, removed or joined by another, somewhere. */
function damaged(value: Json, [step, ...rest]: readonly number[], surprise: Json): Json {
  if (typeof value !== 'object' || value === null || step === undefined) return surprise;
  const keys = Object.keys(value);
  const key = keys[step % (keys.length + 1)];
  if (Array.isArray(value)) {
    if (key === undefined) return [...value, surprise];
    return value.map((each, index) => (String(index) === key ? damaged(each, rest, surprise) : each));
  }
  if (key === undefined) return { ...value, surplus: surprise };
  const below = value[key] ?? null;
  if (rest.length === 0 && surprise === null)
    return Object.fromEntries(Object.entries(value).filter(([k]) => k !== key));
  return { ...value, [key]: damaged(below, rest, surprise) };
}

describe('loadScenario', () => {
  test('stands any damage to a good scenario', async () => {
    const good = loadYaml(GOOD) as Json;
    const steps = fc.array(fc.nat(40), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(steps, surprises), { minLength: 1, maxLength: 3 }),
        async (damages) => {
          const text = dump(
            damages.reduce((value, [path, surprise]) => damaged(value, path, surprise), good),
          );
          expectPlaces(await issuesOf(text), text);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('stands characters that are put in, taken out or doubled anywhere', async () => {
    const edit = fc.record({
      at: fc.nat(GOOD.length),
      remove: fc.nat(3),
      insert: fc.constantFrom(
        '',
        ' ',
        '\n',
        '\t',
        ':',
        '- ',
        '*',
        '&a ',
        '!',
        '"',
        '[',
        '}',
        '#',
        '\u0000',
        '\u2028',
        '💥',
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let text = GOOD;
        for (const { at, remove, insert } of edits)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        expectPlaces(await issuesOf(text), text);
      }),
      { numRuns: 400 },
    );
  });

  test('stands any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await issuesOf(bytes)).not.toEqual([]);
      }),
    );
  });
});
