/** The reference shows only what is right: its YAML is accepted, its defaults are the defaults. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { load as loadYaml } from 'js-yaml';
import { misfitsIn } from '../../../src/scenario/check.ts';
import { DEFAULTS } from '../../../src/scenario/defaults.ts';
import { scenarioSchema } from '../../../src/scenario/schema.ts';
import { scenarioValidator } from '../../../src/scenario/validators.ts';
import { parseYaml } from '../../../src/scenario/yaml.ts';
import { GOOD, POLICY, load } from './memory.ts';

const DOCS = join(import.meta.dirname, '../../../docs/scenario.md');

let text = '';
let blocks: string[] = [];

beforeAll(async () => {
  text = await readFile(DOCS, 'utf8');
  blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
});

describe('the scenario reference', () => {
  test('begins with a scenario that means what the text says of it', async () => {
    const { matrix } = await load(blocks[0] ?? '', { 'policies/deny.yaml': POLICY });
    expect(matrix.cells.map(({ expect: wanted }) => wanted).toSorted()).toEqual([
      'allow',
      ...Array(5).fill('deny'),
    ]);
  });

  test('shows sections that fit the schema', () => {
    const good = loadYaml(GOOD) as object;
    const sections = blocks.slice(1).map((block) => loadYaml(block));
    expect(sections.length).toBeGreaterThan(8);
    for (const section of sections) {
      const whole = Array.isArray(section) ? { expect: { default: 'deny', rules: section } } : section;
      const [document] = parseYaml(JSON.stringify({ ...good, ...(whole as object) }), 'docs').documents;
      expect(document && misfitsIn(document, scenarioValidator()).map(({ issue }) => issue.message)).toEqual(
        [],
      );
    }
  });

  test('shows every field of the schema', () => {
    const properties = scenarioSchema['properties'] as Record<string, { readonly properties?: object }>;
    const names = Object.entries(properties).flatMap(([name, { properties: below = {} }]) => [
      name,
      ...Object.keys(below),
    ]);
    expect(names.filter((name) => !text.includes(`\`${name}\``) && !text.includes(`${name}:`))).toEqual([]);
  });

  test('has the defaults that hold', () => {
    const { imagePullSecrets, cpu, memory, ...pods } = DEFAULTS.pods;
    for (const [name, value] of Object.entries({ ...DEFAULTS.attempt, ...pods })) {
      expect(text).toContain(`| \`${name}\` | \`${value}\` |`);
    }
    expect(text).toContain(`| \`cpu\`, \`memory\` | \`${cpu}\`, \`${memory}\` |`);
    expect(imagePullSecrets).toEqual([]);
    expect(text).toContain(`\`limit\` (default ${DEFAULTS.podLimit})`);
    expect(text).toContain(`\`via: ${DEFAULTS.via}\` (default)`);
  });
});
