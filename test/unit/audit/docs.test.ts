/** The reference shows only what is right, and leaves out no check. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { load as loadYaml } from 'js-yaml';
import { CHECKS } from '../../../src/audit/checks/index.ts';
import { REQUIREMENTS } from '../../../src/audit/compliance.ts';
import { DEFAULT_CONFIG } from '../../../src/audit/config/config.ts';
import { loadConfig } from '../../../src/audit/config/load.ts';
import { configSchema } from '../../../src/audit/config/schema.ts';
import { loadExceptions } from '../../../src/audit/exceptions.ts';
import { auditResultSchema } from '../../../src/report/audit/schema.ts';
import { auditOf } from '../../support/audit.ts';

const DOCS = join(import.meta.dirname, '../../../docs');

let reference = '';
let coverage = '';
let blocks: string[] = [];
beforeAll(async () => {
  reference = await readFile(join(DOCS, 'audit.md'), 'utf8');
  coverage = await readFile(join(DOCS, 'control-coverage.md'), 'utf8');
  blocks = [...reference.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
});

const files = (text: string) => ({ read: async () => new TextEncoder().encode(text), glob: async () => [] });

describe('docs/audit.md', () => {
  test('has every check, at its step', () => {
    for (const { id, step } of CHECKS) expect(reference).toContain(`| ${step} | \`${id}\` |`);
  });

  test('shows a configuration that is accepted, with every field', async () => {
    const config = await loadConfig('docs/audit.yaml', files(blocks[0] ?? ''));
    expect(config.git).toEqual({
      repository: 'deploy',
      folder: 'clusters/prod',
      ref: 'origin/main',
      reviews: 'fail',
    });
    expect(config.scenarios).toEqual(['docs/scenarios/shop.yaml']);
    const properties = Object.keys(configSchema['properties'] as object);
    expect(Object.keys(loadYaml(blocks[0] ?? '') as object).toSorted()).toEqual(properties.toSorted());
  });

  test('shows exceptions that are accepted', async () => {
    const { list } = await loadExceptions('exceptions.yaml', files(blocks[1] ?? ''));
    expect(list).toMatchObject([{ id: 'RISK-42', where: { line: 4 } }]);
  });

  test('says what holds by default', () => {
    expect(DEFAULT_CONFIG.coverage).toEqual({ ingress: 'fail', egress: 'fail', system: 'fail' });
    expect(DEFAULT_CONFIG.defaultDeny.required.namespaces).toEqual(['*']);
  });
});

describe('docs/control-coverage.md', () => {
  test('names checks that there are, and tables that reports have', async () => {
    const ids = new Set([...CHECKS.map(({ id }) => id), 'exceptions']);
    const named = [...coverage.matchAll(/`([a-z]+-[a-z-]+)`/g)].map(([, name = '']) => name);
    const rules = new Set(CHECKS.flatMap((check) => Object.keys(check.rules)));
    expect(named.filter((name) => !ids.has(name) && !rules.has(name))).toEqual([]);
    for (const { id } of CHECKS) expect(coverage).toContain(`\`${id}\``);
    const { result } = await auditOf();
    const titles = result.checks.flatMap(({ evidence }) => evidence.map(({ title }) => title));
    for (const title of titles.filter(
      (each) => !each.startsWith('Scenario ') && !each.startsWith('Delivery'),
    )) {
      expect(coverage.replaceAll('’', "'")).toContain(`*${title.replaceAll('’', "'").split(', which')[0]}`);
    }
  });

  test('has the mapping that reports have', () => {
    for (const { framework, requirement, checks } of REQUIREMENTS) {
      const list = checks.map((id) => `\`${id}\``).join(', ');
      expect(coverage).toContain(`| ${framework} | ${requirement} | ${list} |`);
    }
  });
});

test('the published schema is the one that is printed', async () => {
  const published = await readFile(join(DOCS, 'audit-result.schema.json'), 'utf8');
  expect(JSON.parse(published)).toEqual(auditResultSchema);
});
