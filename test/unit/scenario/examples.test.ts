/** The examples that people copy: right, complete, and meaning what they say. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { nodeFiles } from '../../../src/scenario/files.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Loaded } from '../../../src/scenario/load.ts';

const ROOT = join(import.meta.dirname, '../../../scenarios');

const example = async (name: string): Promise<Loaded> =>
  loadScenario(join(ROOT, name, 'scenario.yaml'), nodeFiles);

const allowed = ({ matrix }: Loaded): string[] =>
  matrix.cells
    .filter((cell) => cell.expect === 'allow')
    .map(({ source, endpoint }) => `${source} -> ${endpoint.id}`);

describe('examples', () => {
  test('are all here', async () => {
    const folders = (await readdir(ROOT, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const names = folders.map((entry) => entry.name).toSorted();
    expect(names).toEqual(['egress-lockdown', 'tenant-isolation', 'three-tier']);
    for (const name of names) expect((await example(name)).scenario.name).toBe(name);
  });

  test('apply every policy in their folder', async () => {
    for (const name of ['egress-lockdown', 'tenant-isolation', 'three-tier']) {
      const { scenario } = await example(name);
      const used = new Set(scenario.policies.map((policy) => policy.position.file));
      const files = await readdir(join(ROOT, name, 'policies'));
      expect([...used].toSorted()).toEqual(
        files.map((file) => join(ROOT, name, 'policies', file)).toSorted(),
      );
    }
  });

  test('three-tier lets visitors in at the front and each tier reach the next', async () => {
    expect(allowed(await example('three-tier'))).toEqual([
      'web -> api:tcp/8080',
      'api -> db:tcp/5432',
      'visitor -> web:http/8080',
    ]);
  });

  test('tenant-isolation never lets one tenant reach the other', async () => {
    const pairs = allowed(await example('tenant-isolation'));
    expect(pairs).toHaveLength(12);
    expect(pairs.filter((pair) => /^a-.*> b-|^b-.*> a-|^logs/.test(pair))).toEqual([]);
  });

  test('egress-lockdown lets names be looked up and only the gateway out', async () => {
    expect(allowed(await example('egress-lockdown'))).toEqual([
      'worker -> gateway:http/8080',
      'worker -> lookup:dns/53',
      'gateway -> internet:http/80',
      'gateway -> internet:tcp/443',
      'gateway -> lookup:dns/53',
    ]);
  });
});
