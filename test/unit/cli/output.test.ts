import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeResult } from '../../../src/cli/output.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { runResult } from '../../support/result.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netproof-output-'));
});
afterEach(() => rm(folder, { recursive: true }));

function recorder(): { terminal: Terminal; out: string[]; err: string[] } {
  const [out, err]: [string[], string[]] = [[], []];
  const stream = (to: string[]) => ({
    columns: 80,
    isTTY: true,
    color: true,
    unicode: true,
    write: (text: string) => Promise.resolve(void to.push(text)),
  });
  return { terminal: { out: stream(out), err: stream(err) }, out, err };
}

const result = runResult([{ from: 'a', to: 'b', port: 'tcp/1', expect: 'allow' }]);

test('data goes to stdout, and nothing else does', async () => {
  const { terminal, out, err } = recorder();
  await writeResult(result, { format: 'json', file: undefined }, terminal);
  expect(JSON.parse(out.join(''))).toEqual(JSON.parse(JSON.stringify(result)));
  expect(err).toEqual([]);
});

test('with a file, the data is in it without colours, and the table on stdout', async () => {
  const { terminal, out, err } = recorder();
  const file = join(folder, 'report.txt');
  await writeResult(result, { format: 'wide', file }, terminal);
  expect(await readFile(file, 'utf8')).toMatch(/^phases  resolve/m);
  expect(await readFile(file, 'utf8')).not.toContain('\u001b');
  expect(out.join('')).toContain('PROVEN');
  expect(out.join('')).not.toContain('phases');
  expect(err.join('')).toBe(`wide written to ${file}\n`);
  expect(await readdir(folder)).toEqual(['report.txt']);
});

test('an older file is replaced', async () => {
  const { terminal } = recorder();
  const file = join(folder, 'report.xml');
  await writeResult(runResult([]), { format: 'json', file }, terminal);
  await writeResult(result, { format: 'junit', file }, terminal);
  expect(await readFile(file, 'utf8')).toMatch(/^<\?xml/);
});

test('a device is written to, not replaced', async () => {
  const { terminal, err } = recorder();
  await writeResult(result, { format: 'json', file: '/dev/null' }, terminal);
  expect(err.join('')).toBe('json written to /dev/null\n');
});
