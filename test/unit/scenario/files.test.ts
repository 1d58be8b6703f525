/** The file system as it is: patterns, links, things that are no files. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeFiles } from '../../../src/scenario/files.ts';
import { matchesGlob } from '../../../src/scenario/glob.ts';
import { MAX_BYTES } from '../../../src/scenario/text.ts';

let base = '';

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'netproof-files-'));
  await mkdir(join(base, 'policies/deep/er'), { recursive: true });
  await mkdir(join(base, 'policies/.hidden'), { recursive: true });
  for (const path of [
    'b.yaml',
    'a.yaml',
    'c.yml',
    'deep/d.yaml',
    'deep/er/e.yaml',
    '.f.yaml',
    '.hidden/g.yaml',
  ]) {
    await writeFile(join(base, 'policies', path), path);
  }
  await writeFile(join(base, 'large'), new Uint8Array(MAX_BYTES * 2));
  await symlink('..', join(base, 'policies/deep/up'));
});

afterAll(async () => rm(base, { recursive: true }));

describe('glob', () => {
  const found = async (pattern: string) =>
    (await nodeFiles.glob(pattern, base)).map((path) => path.slice(base.length + 1));

  test.each<[string, string[]]>([
    ['policies/a.yaml', ['policies/a.yaml']],
    ['./policies/a.yaml', ['policies/a.yaml']],
    ['policies/*.yaml', ['policies/a.yaml', 'policies/b.yaml']],
    ['policies/?.y*ml', ['policies/a.yaml', 'policies/b.yaml', 'policies/c.yml']],
    ['*/deep/*.yaml', ['policies/deep/d.yaml']],
    ['policies/.*.yaml', ['policies/.f.yaml']],
    ['policies/deep', []],
    ['none/*.yaml', []],
    ['policies/x.yaml', []],
  ])('%s', async (pattern, paths) => {
    expect(await found(pattern)).toEqual(paths);
  });

  test('** means any folders, without following links round and round', async () => {
    expect(await found('**/*.yaml')).toEqual([
      'policies/a.yaml',
      'policies/b.yaml',
      'policies/deep/d.yaml',
      'policies/deep/er/e.yaml',
    ]);
  });

  test('takes absolute patterns', async () => {
    expect(await nodeFiles.glob(join(base, 'policies/a*'), '/nowhere')).toEqual([
      join(base, 'policies/a.yaml'),
    ]);
  });
});

describe('read', () => {
  test('gives the bytes', async () => {
    expect(new TextDecoder().decode(await nodeFiles.read(join(base, 'policies/a.yaml')))).toBe('a.yaml');
  });

  test.each([['large'], ['/dev/zero']])('of %s no more than shows that it is too large', async (path) => {
    expect(await nodeFiles.read(path.startsWith('/') ? path : join(base, path))).toHaveLength(MAX_BYTES + 1);
  });

  test('rejects folders and what is not there', async () => {
    await expect(nodeFiles.read(base)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(nodeFiles.read(join(base, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('matchesGlob', () => {
  test.each<[string, string, boolean]>([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*c', 'abcd', false],
    ['*b*b*', 'abab', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['**', 'abc', true],
    ['abc*', 'ab', false],
  ])('%p on %p', (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  test('is quick on what makes regular expressions hang', () => {
    const start = performance.now();
    expect(matchesGlob(`${'a*'.repeat(1000)}b`, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
